"""The WordPress dialect of REST: parameters, method override, error bodies, pages, dates, index.

It knows no app of this project and has no models.
"""
