// What takes too long for every commit. The schedule stands here and not in the pipeline: this file makes the job anew
// at each start of Jenkins, and a schedule that the pipeline had set would be gone until somebody ran it by hand.
pipelineJob('skep/nightly') {
    displayName('Nightly')
    description('Starts drift, audits what Skep depends on, and loads it for an hour.')
    properties {
        pipelineTriggers {
            triggers { cron { spec('H 1 * * *') } }
        }
    }
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
            scriptPath('jenkins/jobs/nightly.Jenkinsfile')
            lightweight(true)
        }
    }
}
