# The agent that plans and applies: Python and Terraform, no Docker, no compiler.
#     docker build --file jenkins/agents/deploy.Dockerfile --tag skep/agent-deploy jenkins
ARG BASE_IMAGE=python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285
ARG TERRAFORM_IMAGE=hashicorp/terraform:1.11.4@sha256:5820b87995595425074f881500a037b0ccd41158d0d9b44d78f5f120612f2d3d

FROM ${TERRAFORM_IMAGE} AS terraform

FROM ${BASE_IMAGE}
# Debian removes a package's old version when it mends a hole in it: a pinned one would fail the next build. The base is
# pinned, and an image that was built stays as it is.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git make openjdk-21-jre-headless openssh-client tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 jenkins \
    && useradd --uid 1000 --gid 1000 --create-home jenkins \
    && install --directory --owner=jenkins --group=jenkins /home/jenkins/agent
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY agents/connect.py /usr/local/lib/skep/connect.py

# Terraform calls home for its own updates otherwise.
ENV CHECKPOINT_DISABLE=1 \
    LANG=C.UTF-8 \
    TF_IN_AUTOMATION=1
USER 1000:1000
WORKDIR /home/jenkins/agent
# Java is what the agent is once it has found its controller.
HEALTHCHECK --interval=15s --timeout=5s --start-period=300s --retries=4 \
    CMD ["sh", "-c", "grep -qx java /proc/[0-9]*/comm"]
ENTRYPOINT ["tini", "--", "python3", "/usr/local/lib/skep/connect.py"]
