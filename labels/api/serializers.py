"""What a client may send for a label."""

from typing import Any

from rest_framework import serializers

from wp_rest.fields import PlainTextField


class LabelSerializer(serializers.Serializer[Any]):
    title = PlainTextField(required=False)
    slug = PlainTextField(required=False)
    color = PlainTextField(required=False, allow_null=True, max_length=32)
