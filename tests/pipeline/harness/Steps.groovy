import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** What each step does to a build. One that does nothing but be taken needs no method of its own. */
class Steps {

    static final String MASK = '****'
    private static final Map<String, Integer> MINUTES = [SECONDS: 0, MINUTES: 1, HOURS: 60, DAYS: 1440]

    private final Build build
    private final Vocabulary vocabulary
    private final Names names
    private final Reports reports

    Steps(Build build, Vocabulary vocabulary, Names names) {
        this.build = build
        this.vocabulary = vocabulary
        this.names = names
        this.reports = new Reports(build)
    }

    /** Takes a step: writes it down, lets the scenario do to it what it has in store, and does it. */
    Object take(String name, Map<String, Object> arguments, Closure body) {
        Map entry = vocabulary.steps[name]
        keepSecrets(name, arguments)
        if (entry.needs && !build.agents) {
            throw new Refused("`${name}` needs an agent, and none is held: ${build.stages.join(' / ')}")
        }
        String text = name in ['sh', 'echo', 'error'] ? "${name} ${told(name, arguments)}" :
            "${name}${arguments ? ' ' : ''}${Telling.arguments([], arguments)}"
        if (name != 'script') {
            build.tell(kind: 'step', name: name, arguments: Telling.plain(arguments), text: text)
        }
        if (entry.needs && build.agents[-1].lost) {
            build.loseAgent()
        }
        Map happening = build.happening(text)
        build.suffer(happening)
        if (getMetaClass().respondsTo(this, "do${name.capitalize()}", Map, Closure, Map)) {
            return "do${name.capitalize()}"(arguments, body, happening)
        }
        reports.check(name, arguments)
        if (happening.result) {
            build.note("the build is ${happening.result}")
            build.worsen(Result.valueOf(happening.result))
        }
        body ? build.within { names.run(body) } : happening.says
    }

    private static String told(String name, Map<String, Object> arguments) {
        String text = arguments[name == 'sh' ? 'script' : 'message']
        List<String> more = arguments.findAll { it.key.startsWith('return') && it.value }*.key
        more ? "${text} (${more.join(', ')})" : text
    }

    private void keepSecrets(String name, Object value) {
        if (value instanceof Map) {
            value.each { key, each -> keepSecrets(name, each) }
        } else if (value instanceof Collection) {
            value.each { keepSecrets(name, it) }
        } else if (value instanceof Call) {
            keepSecrets(name, value.named)
        } else if (value instanceof CharSequence && value.toString().contains(MASK)) {
            throw new Refused("`${name}` is given a secret by Groovy, in a double-quoted string: ${value}")
        }
    }

    protected Object doSh(Map<String, Object> arguments, Closure body, Map happening) {
        String script = arguments.script
        build.commands << script
        Map ran = Shell.isReal(build.scenario, script) ? Shell.run(build, script) : [exit: 0, said: '']
        if (happening.writes) {
            Shell.write(build, happening.writes)
        }
        int exit = happening.exit ?: ran.exit
        if (exit != 0) {
            build.note("exit ${exit}")
        }
        if (exit == 0 && script.contains('make sonar-gate')) {
            build.tell(kind: 'gate', text: 'gate: OK')
        }
        if (arguments.returnStatus) {
            return exit
        }
        if (exit != 0) {
            throw new AbortException("script returned exit code ${exit}")
        }
        arguments.returnStdout ? (ran.said ?: happening.says ?: '') : null
    }

    protected Object doScript(Map<String, Object> arguments, Closure body, Map happening) {
        names.run(body)
    }

    protected Object doError(Map<String, Object> arguments, Closure body, Map happening) {
        throw new AbortException(arguments.message.toString())
    }

    protected Object doUnstable(Map<String, Object> arguments, Closure body, Map happening) {
        build.worsen(Result.UNSTABLE)
    }

    protected Object doCatchError(Map<String, Object> arguments, Closure body, Map happening) {
        catching(body, arguments.catchInterruptions, arguments.buildResult ?: 'FAILURE')
    }

    protected Object doWarnError(Map<String, Object> arguments, Closure body, Map happening) {
        catching(body, arguments.catchInterruptions, 'UNSTABLE')
    }

    private Object catching(Closure body, Object catchInterruptions, String result) {
        try {
            return build.within { names.run(body) }
        } catch (FlowInterruptedException interrupted) {
            if (catchInterruptions == false) {
                throw interrupted
            }
            build.worsen(interrupted.result)
        } catch (Exception failure) {
            build.note("caught: ${failure.message}")
            build.worsen(Result.valueOf(result))
        }
        null
    }

    protected Object doRetry(Map<String, Object> arguments, Closure body, Map happening) {
        int attempt = 1
        while (true) {
            try {
                return build.within { names.run(body) }
            } catch (Exception failure) {
                if (attempt >= arguments.count || !mayRetry(failure, arguments.conditions)) {
                    throw failure
                }
                attempt++
                build.tell(kind: 'retry', text: "attempt ${attempt}")
            }
        }
    }

    /** Without conditions all is tried again but what a person aborted; with them only what one of them means. */
    private static boolean mayRetry(Exception failure, List<Call> conditions) {
        List<String> causes = failure instanceof FlowInterruptedException ? failure.causes : []
        boolean lost = 'RemovedNodeCause' in causes
        conditions ? lost && conditions.any { it.name == 'agent' } : !('UserInterruption' in causes)
    }

    protected Object doTimeout(Map<String, Object> arguments, Closure body, Map happening) {
        Integer unit = MINUTES[(arguments.unit ?: 'MINUTES').toString()]
        build.holding(build.timeouts, arguments.time * unit) { names.run(body) }
    }

    protected Object doWithEnv(Map<String, Object> arguments, Closure body, Map happening) {
        Map<String, String> more = arguments.overrides.collectEntries { each ->
            List<String> halves = each.toString().split('=', 2) as List
            if (halves.size() != 2) {
                throw new Refused("`withEnv` takes NAME=value, not ${each}")
            }
            halves
        }
        List<String> lacking = more.findAll { it.value == 'null' }*.key
        if (lacking) {
            throw new Refused("`withEnv` sets ${lacking} to null: the variable it is made of is not there")
        }
        build.withVariables(more) { build.within { names.run(body) } }
    }

    protected Object doWithCredentials(Map<String, Object> arguments, Closure body, Map happening) {
        Map<String, String> bound = [:]
        List<String> ids = arguments.bindings.collect { Call call ->
            String id = call.named.credentialsId
            if (!(id in build.scenario.credentials)) {
                throw new AbortException("Could not find credentials entry with ID '${id}'")
            }
            List<String> variables = vocabulary.kinds.binding[call.name]?.binds ?: ['variable']
            variables.findAll { call.named[it] }.each {
                bound[call.named[it].toString()] = "${MASK}${id}".toString()
            }
            id
        }
        build.withVariables(bound) {
            build.credentials.addAll(ids)
            try {
                return build.within { names.run(body) }
            } finally {
                ids.each { build.credentials.remove(build.credentials.lastIndexOf(it)) }
            }
        }
    }

    protected Object doWithSonarQubeEnv(Map<String, Object> arguments, Closure body, Map happening) {
        if (!(arguments.installationName in build.scenario.sonar)) {
            throw new AbortException("SonarQube installation '${arguments.installationName}' is not configured")
        }
        Map<String, String> more = [
            SONAR_HOST_URL: 'http://sonarqube:9000', SONAR_CONFIG_NAME: arguments.installationName.toString(),
            SONAR_AUTH_TOKEN: "${MASK}sonar-token".toString(),
        ]
        Object answer = build.withVariables(more) { build.within { names.run(body) } }
        build.analysed = true
        answer
    }

    protected Object doWaitForQualityGate(Map<String, Object> arguments, Closure body, Map happening) {
        if (!build.analysed) {
            throw new Refused('`waitForQualityGate` waits for an analysis, and none was made in a `withSonarQubeEnv`')
        }
        String gate = build.scenario.gate ?: 'OK'
        if (gate == 'never') {
            build.exceedTimeout()
        }
        build.milliseconds += 30000
        build.tell(kind: gate == 'OK' ? 'gate' : 'note', text: "gate: ${gate}")
        if (gate != 'OK' && arguments.abortPipeline) {
            throw new AbortException("Pipeline aborted due to quality gate failure: ${gate}")
        }
        [status: gate]
    }

    protected Object doLock(Map<String, Object> arguments, Closure body, Map happening) {
        if (!(arguments.resource in build.scenario.locks)) {
            throw new Refused("there is no lock '${arguments.resource}', only ${build.scenario.locks}")
        }
        build.holding(build.locks, arguments.resource.toString()) { names.run(body) }
    }

    protected Object doMilestone(Map<String, Object> arguments, Closure body, Map happening) {
        int ordinal = arguments.ordinal ?: build.milestone + 1
        if (ordinal <= build.milestone && !build.events.any { it.kind == 'retry' }) {
            throw new Refused("milestone ${ordinal} comes after ${build.milestone}")
        }
        build.milestone = ordinal
        if (ordinal <= (build.scenario.overtaken ?: 0)) {
            build.note('a newer build has passed')
            throw new FlowInterruptedException(Result.NOT_BUILT, 'CancelledCause', 'Superseded by a newer build')
        }
    }

    protected Object doInput(Map<String, Object> arguments, Closure body, Map happening) {
        if (build.agents) {
            throw new Refused('`input` waits for a person while it holds an executor')
        }
        Map answer = build.scenario.input ?: [:]
        if (!answer.by) {
            build.exceedTimeout()
        }
        List<String> allowed = arguments.submitter?.toString()?.tokenize(', ')
        if (allowed && !allowed.any { it in [answer.by] + answer.groups }) {
            throw new Refused("${answer.by} may not answer: only ${allowed} may")
        }
        if (answer.aborts) {
            build.note("rejected by ${answer.by}")
            throw new FlowInterruptedException(Result.ABORTED, 'Rejection', "Rejected by ${answer.by}")
        }
        build.note("approved by ${answer.by}")
        Map<String, Object> values = answer.values ?: [:]
        if (arguments.submitterParameter) {
            values = values + [(arguments.submitterParameter): answer.by]
        }
        values.size() == 1 ? values.values()[0] : values ?: null
    }

    protected Object doStash(Map<String, Object> arguments, Closure body, Map happening) {
        reports.check('stash', arguments)
        build.stashes << arguments.name.toString()
    }

    protected Object doUnstash(Map<String, Object> arguments, Closure body, Map happening) {
        if (!(arguments.name.toString() in build.stashes)) {
            throw new AbortException("No such saved stash '${arguments.name}'")
        }
    }

    protected Object doParallel(Map<String, Object> arguments, Closure body, Map happening) {
        throw new Refused('`parallel` is a block of stages here, not a step')
    }

    protected Object doNode(Map<String, Object> arguments, Closure body, Map happening) {
        build.holding(build.agents, [label: arguments.label, lost: false]) { names.run(body) }
    }

    protected Object doBuild(Map<String, Object> arguments, Closure body, Map happening) {
        if (happening.result && arguments.propagate != false) {
            throw new AbortException("${arguments.job} completed with status ${happening.result}")
        }
        [result: happening.result ?: 'SUCCESS']
    }

}
