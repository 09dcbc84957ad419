// Looks, each night and whenever an operator asks, whether AWS is what Terraform says. It has one URL, which each
// account names as its drift_job: production lets it look, and nothing more.
pipelineJob('skep/drift') {
    displayName('Drift')
    description('Says what in dev, staging and production is not as Terraform says. It changes nothing.')
    definition {
        cpsScm {
            scm {
                git {
                    remote {
                        url(System.getenv('SKEP_REPOSITORY_URL'))
                        credentials('git')
                    }
                    branch('main')
                }
            }
            scriptPath('jenkins/jobs/drift.Jenkinsfile')
            lightweight(true)
        }
    }
}
