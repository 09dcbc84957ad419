import hudson.model.Result

/** Runs a declarative pipeline in the order in which Jenkins's interpreter does. */
class Declarative {

    private final Build build
    private final Names names
    private final Vocabulary vocabulary
    private final Conditions conditions
    private boolean stopWhenUnstable

    Declarative(Build build, Names names, Vocabulary vocabulary) {
        this.build = build
        this.names = names
        this.vocabulary = vocabulary
        this.conditions = new Conditions(build, names, vocabulary)
    }

    /** The body of a `pipeline` block. The build has its result afterwards. */
    void run(Closure body) {
        Map<String, List> root = Section.read(body)
        List<Call> options = readOptions(root)
        stopWhenUnstable = options.any { it.name == 'skipStagesAfterUnstable' }
        tellSettings(root, options)
        boolean posted = false
        try {
            inAgent(root.agent) {
                withEnvironment(root.environment) {
                    wrap(options) {
                        Throwable error = runStages(Section.readStages(root.stages[0]), null)
                        posted = true
                        if (error) {
                            build.worsen(Build.resultOf(error))
                        }
                        error = post(root.post, error)
                        if (error) {
                            throw error
                        }
                    }
                }
            }
        } catch (Exception error) {
            build.worsen(Build.resultOf(error))
            if (!posted) {
                post(root.post, error)
            }
        }
        build.note("result: ${build.result}")
    }

    private List<Call> readOptions(Map<String, List> said) {
        said.options ? Directive.read(said.options[0], vocabulary, names) : []
    }

    /** What Jenkins does before the first stage: properties of the job, triggers, parameters. */
    private void tellSettings(Map<String, List> root, List<Call> options) {
        options.findAll { !vocabulary.options[it.name].wraps }.each { build.note("option ${it}") }
        if (root.triggers) {
            Directive.read(root.triggers[0], vocabulary, names).each { build.note("trigger ${it}") }
        }
        if (root.parameters) {
            Directive.read(root.parameters[0], vocabulary, names).each { build.note("parameter ${it}") }
        }
    }

    private Throwable runStages(Map<String, Closure> stages, Throwable earlier) {
        Throwable error = earlier
        stages.each { name, body ->
            try {
                runStage(name, Section.read(body), error)
            } catch (Exception failure) {
                error = error ?: failure
            }
        }
        error
    }

    private void runStage(String name, Map<String, List> stage, Throwable earlier) {
        if (earlier) {
            build.tell(kind: 'skipped', text: "stage ${name}: skipped, an earlier one failed")
            return
        }
        if (stopWhenUnstable && build.result == Result.UNSTABLE) {
            build.tell(kind: 'skipped', text: "stage ${name}: skipped, the build is unstable")
            return
        }
        build.tell(kind: 'stage', name: name, text: "stage ${name}")
        build.holding(build.stages, name) {
            Map when = stage.when ? conditions.read(stage.when[0]) : [conditions: []]
            if (when.beforeOptions && skips(when)) {
                return
            }
            wrap(readOptions(stage)) {
                if (!when.beforeOptions && when.beforeInput && skips(when)) {
                    return
                }
                ask(stage.input)
                boolean decided = when.beforeOptions || when.beforeInput
                if (!decided && (when.beforeAgent || stage.parallel) && skips(when)) {
                    return
                }
                decided = decided || when.beforeAgent || stage.parallel
                inAgent(stage.agent) {
                    if (decided || !skips(when)) {
                        withEnvironment(stage.environment) { fill(stage) }
                    }
                }
            }
        }
    }

    private boolean skips(Map when) {
        boolean skipped = !conditions.hold(when.conditions)
        if (skipped) {
            build.tell(kind: 'skipped', text: 'skipped by `when`')
        }
        skipped
    }

    private void ask(List input) {
        if (input) {
            Map<String, List> said = Section.read(input[0])
            names.take('input', said.collectEntries { key, value -> [key, value[0]] }, null)
        }
    }

    /** What a stage does, and its `post`. */
    private void fill(Map<String, List> stage) {
        Throwable error = null
        try {
            if (stage.steps) {
                names.run(stage.steps[0])
            } else if (stage.parallel) {
                error = runBranches(Section.readStages(stage.parallel[0]), stage.failFast?.getAt(0) == true)
            } else {
                error = runStages(Section.readStages(stage.stages[0]), null)
            }
        } catch (Exception failure) {
            error = failure
        }
        error = post(stage.post, error)
        if (error) {
            throw error
        }
    }

    /** One after the other: what they do to each other when they really run together is not modelled. */
    private Throwable runBranches(Map<String, Closure> branches, boolean failFast) {
        build.note("parallel: ${branches.keySet().join(', ')}")
        Throwable error = null
        branches.each { name, body ->
            if (failFast && error) {
                build.tell(kind: 'skipped', text: "stage ${name}: aborted, another branch failed")
                return
            }
            try {
                runStage(name, Section.read(body), null)
            } catch (Exception failure) {
                error = error ?: failure
            }
        }
        error
    }

    private Throwable post(List post, Throwable before) {
        if (!post) {
            return before
        }
        Throwable error = before
        Map<String, List> said = Section.read(post[0])
        Result result = before ? worst(Build.resultOf(before)) : build.result
        vocabulary.sections.post.findAll { said.containsKey(it) && isDue(it, result) }.each { name ->
            build.note("post ${name}")
            try {
                build.within { names.run(said[name][0]) }
            } catch (Exception failure) {
                build.note("post ${name} failed: ${failure.message}")
                error = error ?: failure
            }
        }
        error
    }

    private Result worst(Result other) {
        other.isWorseOrEqualTo(build.result) ? other : build.result
    }

    private boolean isDue(String condition, Result result) {
        String previous = build.scenario.previous
        boolean wasBad = previous in ['FAILURE', 'UNSTABLE']
        [
            always: true, cleanup: true, changed: previous != result.name(),
            fixed: wasBad && result == Result.SUCCESS,
            regression: previous && result.isWorseOrEqualTo(Result.valueOf(previous)) && previous != result.name(),
            aborted: result == Result.ABORTED, failure: result == Result.FAILURE, success: result == Result.SUCCESS,
            unstable: result == Result.UNSTABLE, unsuccessful: result != Result.SUCCESS,
            notBuilt: result == Result.NOT_BUILT,
        ][condition]
    }

    private void wrap(List<Call> options, Closure body) {
        List<Call> wrapping = options.findAll { vocabulary.options[it.name].wraps }
        if (!wrapping) {
            body.call()
            return
        }
        List<String> complaints = []
        Map<String, Object> arguments = vocabulary.bind(wrapping[0], vocabulary.options[wrapping[0].name], complaints)
        if (complaints) {
            throw new Refused(complaints[0])
        }
        names.take(wrapping[0].name, arguments) { wrap(wrapping.drop(1), body) }
    }

    private void inAgent(List agent, Closure body) {
        if (!agent || agent[0] == 'none') {
            body.call()
            return
        }
        String label = agent[0] == 'any' ? 'any' : Section.read(agent[0]).collect { type, arguments ->
            type == 'node' ? Section.read(arguments[0]).label[0] : arguments[0]
        }[0]
        build.tell(kind: 'agent', label: label, text: "agent ${label}")
        build.holding(build.agents, [label: label, lost: false], body)
    }

    private void withEnvironment(List environment, Closure body) {
        if (!environment) {
            body.call()
            return
        }
        Assignments assignments = new Assignments(names)
        assignments.read(environment[0])
        Map<String, String> plain = assignments.values.findAll { !(it.value instanceof Call) }
        plain.each { key, value -> build.note("environment ${key}=${value}") }
        List<Call> bindings = assignments.values.findAll { it.value instanceof Call }.collect { key, call ->
            new Call(name: 'credentials', named: [credentialsId: call.positional[0], variable: key])
        }
        build.withVariables(plain) {
            bindings ? names.take('withCredentials', [bindings: bindings], body) : body.call()
        }
    }

}
