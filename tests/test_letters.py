"""Hard letters through every route that compares texts, on both faces (tests.letters)."""


import pytest

same = pytest.mark.parametrize(("one", "other"), __import__("tests.letters", fromlist=["SAME"]).SAME.values())
