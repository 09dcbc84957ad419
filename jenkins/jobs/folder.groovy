// The folder of what is trusted: its jobs run pipelines of main and of release tags alone, which took a review to get
// there. So the tokens that AWS takes for a role are the folder's, and so is their issuer, <JENKINS_URL>/oidc/job/skep.
//
// They are not credentials of all of Jenkins: a token's `sub`, the URL of its job, is made of the build's environment,
// and any branch's Jenkinsfile may declare a parameter called JOB_URL. Where no branch is built, none does.
Map<String, String> tokens = [
    'aws-publish': 'The account of the registry: push, sign, record',
    'aws-dev': 'The account of dev: apply, migrate, move what is live',
    'aws-plan-dev': 'The account of dev, to look',
    'aws-plan-staging': 'The account of staging, to look',
    'aws-plan-production': 'The account of production, to look',
]

folder('skep') {
    displayName('Skep')
    description('Builds of main and of release tags, what runs at night, and whatever touches AWS.')
    properties {
        authorizationMatrix {
            inheritanceStrategy { inheriting() }
            permissions(['GROUP:Job/Build:operators', 'GROUP:Job/Cancel:operators'])
        }
        folderCredentialsProperty {
            domainCredentials {
                domainCredentials {
                    domain {
                        name('')
                        description('')
                    }
                    credentials {
                        tokens.each { String token, String purpose ->
                            idTokenFile {
                                scope('GLOBAL')
                                id(token)
                                description(purpose)
                                audience('sts.amazonaws.com')
                            }
                        }
                    }
                }
            }
        }
    }
}
