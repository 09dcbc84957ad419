/** What steps are looked up in while a pipeline runs: steps, symbols, methods of the file, variables. */
class Names {

    private final Build build
    private final Vocabulary vocabulary
    private final Steps steps
    private final PipelineScript script
    private final Map<String, Object> globals

    Names(Build build, Vocabulary vocabulary, PipelineScript script) {
        this.build = build
        this.vocabulary = vocabulary
        this.script = script
        this.steps = new Steps(build, vocabulary, this)
        this.globals = [env: new Environment(build), currentBuild: new CurrentBuild(build), scm: new ConfiguredScm(),
                        params: build.parameters.asImmutable()]
    }

    /** Runs a block of the pipeline; one of the harness's own needs no names. */
    Object run(Closure body) {
        if (!(body.thisObject instanceof PipelineScript)) {
            return body.call()
        }
        Closure copy = (Closure) body.clone()
        copy.delegate = this
        copy.resolveStrategy = Closure.DELEGATE_FIRST
        copy.call()
    }

    /** Takes one step with arguments that are bound already. */
    Object take(String name, Map<String, Object> arguments, Closure body) {
        steps.take(name, arguments, body)
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        Map entry = vocabulary.steps[name]
        if (script.getMetaClass().respondsTo(script, name, (Object[]) arguments)) {
            return script.getMetaClass().invokeMethod(script, name, (Object[]) arguments)
        }
        Call call = new Call(name: name)
        Closure body = given && given[-1] instanceof Closure ? given.pop() : null
        given.each { value ->
            if (value instanceof Map) {
                call.named.putAll(value)
            } else {
                call.positional << value
            }
        }
        if (entry == null) {
            if (vocabulary.isSymbol(name)) {
                return call
            }
            throw new Refused("there is no step `${name}`")
        }
        List<String> complaints = []
        Map<String, Object> bound = entry.branches ? call.named : vocabulary.bind(call, entry, complaints)
        if (complaints) {
            throw new Refused(complaints[0])
        }
        steps.take(name, bound, body)
    }

    @Override
    Object getProperty(String name) {
        if (globals.containsKey(name)) {
            return globals[name]
        }
        if (build.environment.containsKey(name)) {
            return build.environment[name]
        }
        throw new Refused("there is no variable `${name}`")
    }

    @Override
    void setProperty(String name, Object value) {
        throw new Refused("`${name}` is set and nowhere declared: ${value}")
    }

    /** `scm`: where the job found its pipeline. */
    static class ConfiguredScm {

        @Override
        String toString() {
            'scm'
        }

    }

}
