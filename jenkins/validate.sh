#!/bin/sh
# All that can be said of the pipelines, jobs and configuration without a Jenkins, and with JENKINS_URL (and JENKINS_USER,
# JENKINS_TOKEN) what a running one says of each pipeline: `sh jenkins/validate.sh`.
set -eu
cd "$(dirname "$0")/.."
sh services/local/venv.sh all
exec .venv/bin/python -m tests.pipeline "$@"
