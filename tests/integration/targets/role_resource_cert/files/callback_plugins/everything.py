# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Writes down all that a callback gets to see, and what a job's events may hence show."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: everything
type: notification
short_description: Writes down all that a callback gets to see
description:
  - One line an event, into the file that E(EVERYTHING_PATH) names.
"""


class CallbackModule(CallbackBase):
    """A notebook."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "everything"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._write("task", task.serialize() if hasattr(task, "serialize") else task.dump_attrs())
        self._write("args", task.args)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._write("start", task.args)

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write_result("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write_result("failed", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._write_result("item ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._write_result("item failed", result)

    def v2_on_file_diff(self, result: Any) -> None:
        self._write_result("diff", result)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        self._write("include", vars(included_file))

    def _write_result(self, event: str, result: Any) -> None:
        self._write(event, result._result)

    def _write(self, event: str, what: Any) -> None:
        with open(os.environ["EVERYTHING_PATH"], "a", encoding="utf-8") as file:
            file.write(json.dumps({event: what}, default=repr, ensure_ascii=False) + "\n")
