// main and the release tags. Two sources, since one filter on names could not tell a tag v1.2 from a branch of that
// name, which anybody may push.
String remoteUrl = System.getenv('SKEP_REPOSITORY_URL')
String key = 'git'
// All release tags come along, by which SonarQube tells what is new since the last one. Jenkins fetches none by itself.
List<String> fetched = ['+refs/heads/main:refs/remotes/@{remote}/main', '+refs/tags/*:refs/tags/*']

multibranchPipelineJob('skep/build') {
    displayName('Build')
    description('Builds, proves and releases main and the tags v*. Branches and pull requests are in skep-changes.')
    branchSources {
        branchSource {
            source {
                git {
                    id('skep-main')
                    remote(remoteUrl)
                    credentialsId(key)
                    traits {
                        gitBranchDiscovery()
                        headRegexFilter { regex('main') }
                        refSpecs { templates { fetched.each { spec -> refSpecTemplate { value(spec) } } } }
                    }
                }
            }
        }
        branchSource {
            source {
                git {
                    id('skep-tags')
                    remote(remoteUrl)
                    credentialsId(key)
                    traits {
                        gitTagDiscovery()
                        headRegexFilter { regex('v[0-9].*') }
                        refSpecs { templates { fetched.each { spec -> refSpecTemplate { value(spec) } } } }
                    }
                }
            }
            buildStrategies {
                // A tag is built once, when it is new: not all of them again when Jenkins has been set up anew.
                buildTags {
                    atLeastDays('')
                    atMostDays('3')
                }
            }
        }
    }
    factory { workflowBranchProjectFactory { scriptPath('Jenkinsfile') } }
    triggers { periodicFolderTrigger { interval('5m') } }
    // A tag that is deleted leaves its builds, and so its proof, for a year.
    orphanedItemStrategy {
        defaultOrphanedItemStrategy {
            pruneDeadBranches(true)
            daysToKeepStr('365')
            numToKeepStr('')
            abortBuilds(true)
        }
    }
    properties {
        authorizationMatrix {
            inheritanceStrategy { inheriting() }
            permissions(['GROUP:Job/Build:developers', 'GROUP:Job/Cancel:developers'])
        }
    }
}
