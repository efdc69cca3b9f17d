# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes down the result of every task, whole, as one JSON line."""

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Writes down every task's result
description:
  - One JSON line a task and host, and one an item of a loop, into the file that the environment variable RECORD names.
  - Where RECORD_ARGUMENTS is set, the arguments of each task too, as a callback gets to see them.
options: {}
"""


class CallbackModule(CallbackBase):
    """Told of every result by ansible-playbook."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"

    def __init__(self):
        super().__init__()
        self._begun = {}

    def v2_playbook_on_task_start(self, task, is_conditional):
        if "RECORD_ARGUMENTS" in os.environ:
            self._append({"host": "", "status": "begun", "start": 0, "end": 0, "result": task.args}, task)

    def v2_runner_on_start(self, host, task):
        self._begun[host.get_name(), task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result):
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write("failed", result)

    def v2_runner_on_skipped(self, result):
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._write("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self._write("item", result)

    def v2_runner_item_on_failed(self, result):
        self._write("item", result)

    def _write(self, status, result):
        task = getattr(result, "task", None) or result._task
        host = (getattr(result, "host", None) or result._host).get_name()
        facts = {
            "host": host,
            "status": status,
            "start": self._begun.get((host, task._uuid)),
            "end": time.monotonic(),
            "result": getattr(result, "result", None) or result._result,
        }
        self._append(facts, task)

    def _append(self, facts, task):
        told = {**facts, "task": task.get_name(), "action": task.action}
        with open(os.environ["RECORD"], "a", encoding="utf-8") as record:
            record.write(json.dumps(told, default=str) + "\n")
