# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Speaks to the simulator's admin door from within a play, without the cost of a module."""

import json
import urllib.request

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Takes `url`, and `requests`: a list of method, path and body."""

    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for method, path, body in self._task.args["requests"]:
            request = urllib.request.Request(
                self._task.args["url"] + path,
                json.dumps(body).encode(),
                {"Content-Type": "application/json"},
                method=method,
            )
            opener.open(request).close()
        return {**result, "changed": False}
