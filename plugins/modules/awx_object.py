# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation only: the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: awx_object
short_description: Keeps one object of AWX as a definition says
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Looks for an object of AWX by its name, compares the fields that the definition has, and makes the object or puts
    right what differs. What the definition does not have is the users' and stays as it is. Nothing is ever deleted.
  - It knows just what the playbook C(gcore.web_security.awx_configure) needs, and needs no other collection. Where
    C(awx.awx) or C(ansible.controller) is at hand, their modules do more.
options:
  kind:
    description: What sort of object it is, as in the address of AWX's API.
    type: str
    required: true
    choices: [credential_types, credentials, execution_environments, inventories, inventory_sources, job_templates,
      notification_templates, organizations, projects, schedules, workflow_job_template_nodes, workflow_job_templates]
  definition:
    description: How the object shall be. An empty string counts as unset. Other objects are given by their names.
    type: dict
    required: true
    suboptions:
      fields:
        description: The fields that are managed, with the names that AWX's API gives them. C(unified_job_template) is a
          dictionary of one kind and one name.
        type: dict
        required: true
      initial: {type: dict, description: Fields that the object is made with. From then on they are the users'.}
      related:
        description: Lists of names of other objects. Those that are missing are added, no other is removed.
          C(credentials) is for job templates, C(notification_templates_error) for templates, projects and inventory
          sources, C(notification_templates_approvals) for workflows; C(success_nodes), C(failure_nodes) and
          C(always_nodes) are identifiers of other nodes of the same workflow.
        type: dict
      survey:
        description: The survey of a template, with C(name), C(description) and C(spec), a list of questions.
        type: dict
      approval:
        description: Makes a workflow node wait for a person. It has C(name), C(description) and C(timeout),
          the seconds after which nobody's answer is a no. The timeout is what it is made with, and the users' from then
          on.
        type: dict
  secrets:
    description: Values that AWX never shows again, as dictionaries by field, such as C(inputs) of a credential. Once
      the object is made, they are written with O(update_secrets) alone, for nobody can see whether they differ.
    type: dict
  update_secrets:
    description: Write O(secrets) into an object that is already there. That is always a change.
    type: bool
    default: false
  organization: {type: str, description: The name of the organization in which objects are looked for.}
  awx_url:
    description: The address of AWX or of the Automation Platform, as a browser shows it. Where the API is elsewhere,
      all of its path, such as C(https://aap.example.com/api/controller/v2). Plain C(http) is refused, except to this
      machine itself. If unset, the environment variable E(AWX_URL) is used.
    type: str
  awx_token: {type: str, description: "An OAuth token. If unset, the environment variable E(AWX_TOKEN) is used."}
  awx_username:
    description: A user's name, where there is no token. If unset, the environment variable E(AWX_USERNAME) is used.
    type: str
  awx_password:
    description: That user's password. If unset, the environment variable E(AWX_PASSWORD) is used.
    type: str
  sync_timeout:
    description: Seconds for AWX to synchronize a project. Before that it refuses job templates for its playbooks.
    type: int
    default: 300
extends_documentation_fragment:
  - gcore.web_security.connection.https
  - gcore.web_security.attributes
attributes:
  check_mode: {support: full}
  diff_mode: {support: full, details: O(secrets) are in no diff.}
  idempotent: {support: partial, details: Not with O(update_secrets).}
  action_group: {support: none, membership: []}
  action: {support: full, details: "The controller does it, in its own environment, whichever host the task is for."}
  async: {support: none}
"""

EXAMPLES = r"""
- name: A job template that rotates the fleet
  gcore.web_security.awx_object:
    kind: job_templates
    organization: Default
    definition:
      fields: {name: Rotate the fleet, project: Certificates, inventory: Gcore resources, playbook: rotate_fleet.yml}
      initial: {timeout: 3600}
      related: {credentials: [Gcore API token, Site certificates]}
"""

RETURN = r"""
id:
  description: The number of the object in AWX, null where it would be made.
  returned: success
  type: int
created:
  description: Whether it was made, or would be in check mode.
  returned: always
  type: bool
changes:
  description: What was put right, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["playbook", "survey", "credentials: Site certificates"]
missing:
  description: Other objects that are not there yet. Only check mode goes on without them.
  returned: always
  type: list
  elements: str
"""
