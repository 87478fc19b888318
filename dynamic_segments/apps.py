from django.apps import AppConfig


class DynamicSegmentsConfig(AppConfig):
    name = "dynamic_segments"
    verbose_name = "Dynamic segments"

    def ready(self) -> None:
        from dynamic_segments.conditions import InSegment  # noqa: PLC0415 - it needs the models
        from subscribers.conditions import register_condition  # noqa: PLC0415

        register_condition("segment", InSegment)
