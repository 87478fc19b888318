"""Forms that are held to the rules of the API."""

from typing import Any

from rest_framework.serializers import Serializer


def hold_to(form: Any, serializer: Serializer[Any]) -> bool:
    """Take over what a serializer makes of what a form has, or show its errors at the fields; whether it is valid."""
    if serializer.is_valid():
        form.cleaned_data |= serializer.validated_data
        return True
    for name, errors in serializer.errors.items():
        if name in form.cleaned_data:
            form.add_error(name, [str(error) for error in errors])
    return False
