"""A table of the tests' own, with ties, nulls and every type that a list is sorted by."""

from typing import ClassVar

from django.db import models


class Thing(models.Model):
    label = models.CharField(max_length=40)
    size = models.FloatField(null=True)
    count = models.IntegerField(default=0)
    seen = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Thing"]]

    class Meta:
        app_label = "ui"
        managed = False
        db_table = "tests_ui_thing"

    def __str__(self) -> str:
        return self.label
