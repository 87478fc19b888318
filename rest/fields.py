"""What the serializer fields of every face share."""

from typing import Any, NoReturn

from rest_framework import serializers


class InputField(serializers.Field[Any, Any, Any, Any]):
    """A field that is only read from requests. Its messages may have the field's name, as `{name}`."""

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        super().fail(key, name=self.field_name, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return value
