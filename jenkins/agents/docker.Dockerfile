# The agent that builds and tests: all that `make` asks for. It has Docker's client; the engine is the agent's own and
# stands beside it (compose.yaml), never the one that Jenkins itself runs on.
#     docker build --file jenkins/agents/docker.Dockerfile --tag skep/agent-docker jenkins
ARG BASE_IMAGE=python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285
ARG TERRAFORM_IMAGE=hashicorp/terraform:1.11.4@sha256:5820b87995595425074f881500a037b0ccd41158d0d9b44d78f5f120612f2d3d

FROM ${TERRAFORM_IMAGE} AS terraform

FROM ${BASE_IMAGE}
# Unpinned for the reason that deploy.Dockerfile gives. chromium: the browser tests; groovy, npm: the pipeline's own
# tests; maven: SonarQube's scanner; docker-buildx: newer clients build with nothing else.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates chromium docker-buildx docker-cli docker-compose git groovy make maven nodejs npm \
        openjdk-21-jdk-headless openssh-client tini unzip \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 jenkins \
    && useradd --uid 1000 --gid 1000 --create-home jenkins \
    && install --directory --owner=jenkins --group=jenkins /home/jenkins/agent
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY agents/connect.py /usr/local/lib/skep/connect.py

ENV CHECKPOINT_DISABLE=1 \
    LANG=C.UTF-8 \
    TF_IN_AUTOMATION=1
USER 1000:1000
WORKDIR /home/jenkins/agent
HEALTHCHECK --interval=15s --timeout=5s --start-period=300s --retries=4 \
    CMD ["sh", "-c", "grep -qx java /proc/[0-9]*/comm"]
ENTRYPOINT ["tini", "--", "python3", "/usr/local/lib/skep/connect.py"]
