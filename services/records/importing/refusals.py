"""Every refused line of an import as a CSV, for reports that are too long for an answer."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from services.records.importing.guard import guard
from services.records.importing.report import Report

__all__ = ["write_refusals"]


def write_refusals(report: Report, out: BinaryIO) -> None:
    """Writes line, field and reason of each refusal, in the order of the lines."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("Line", "Field", "Reason"))
    writer.writerows((refusal.line, refusal.field or "", guard(refusal.reason)) for refusal in report.refused)
    text.detach()  # written to the end; the file is not ours to close
