"""Jenkins's pipelines, jobs and configuration, carried out and compared without a Jenkins."""
