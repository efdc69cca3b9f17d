# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ansible_collections.gcore.web_security.plugins.module_utils.arguments import RESOURCE_CERT_INFO
from ansible_collections.gcore.web_security.plugins.module_utils.resource_cert_info import survey_resources
from ansible_collections.gcore.web_security.plugins.module_utils.survey_report import SurveyReport
from ansible_collections.gcore.web_security.plugins.plugin_utils.engine_action import EngineAction


class ActionModule(EngineAction):
    """Tells what the host names of an account serve."""

    operation = staticmethod(survey_resources)
    specification = RESOURCE_CERT_INFO
    new_report = SurveyReport
