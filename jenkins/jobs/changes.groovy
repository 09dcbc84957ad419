// Branches and pull requests: the same Jenkinsfile as main, which does less for them, and no AWS within reach, whatever
// a branch makes of it. With SKEP_GITHUB (owner/name) pull requests are found; without it, as with any other Git,
// branches are.
//
// No variable is called as the words of the DSL are: `github { … }` would call a variable of that name.
String remoteUrl = System.getenv('SKEP_REPOSITORY_URL')
String project = System.getenv('SKEP_GITHUB')
List<String> parts = (project ?: '').tokenize('/')
String key = 'git'
String allButMain = '(?!main$).*'

multibranchPipelineJob('skep-changes') {
    displayName('Skep: changes')
    description('Builds and proves branches and pull requests. Nothing is released or deployed from here.')
    branchSources {
        branchSource {
            source {
                if (project) {
                    github {
                        id('skep-github')
                        repoOwner(parts.first())
                        repository(parts.last())
                        repositoryUrl("https://github.com/${project}")
                        configuredByUrl(false)
                        credentialsId('github')
                        traits {
                            // A branch that is a pull request is built as that, once.
                            gitHubBranchDiscovery { strategyId(1) }
                            gitHubPullRequestDiscovery { strategyId(1) }
                            // What comes from a fork is built by the Jenkinsfile of its target, never by its own.
                            gitHubForkDiscovery {
                                strategyId(1)
                                trust { gitHubTrustNobody() }
                            }
                            headRegexFilter { regex(allButMain) }
                            gitHubSshCheckout { credentialsId(key) }
                            // `make changes` compares with the target, so all branches are fetched.
                            refSpecs {
                                templates { refSpecTemplate { value('+refs/heads/*:refs/remotes/@{remote}/*') } }
                            }
                        }
                    }
                } else {
                    git {
                        id('skep-branches')
                        remote(remoteUrl)
                        credentialsId(key)
                        traits {
                            gitBranchDiscovery()
                            headRegexFilter { regex(allButMain) }
                        }
                    }
                }
            }
            buildStrategies {
                buildRegularBranches()
                // A fork's code runs on an agent that has Docker: a person reads it first, and starts the build.
                buildChangeRequests {
                    ignoreTargetOnlyChanges(true)
                    ignoreUntrustedChanges(true)
                }
            }
        }
    }
    factory { workflowBranchProjectFactory { scriptPath('Jenkinsfile') } }
    triggers { periodicFolderTrigger { interval('5m') } }
    orphanedItemStrategy {
        defaultOrphanedItemStrategy {
            pruneDeadBranches(true)
            daysToKeepStr('14')
            numToKeepStr('50')
            abortBuilds(true)
        }
    }
    properties {
        authorizationMatrix {
            inheritanceStrategy { inheriting() }
            permissions([
                'GROUP:Job/Build:developers', 'GROUP:Job/Cancel:developers',
                'GROUP:Job/Build:operators', 'GROUP:Job/Cancel:operators',
            ])
        }
    }
}
