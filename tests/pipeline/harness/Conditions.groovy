import java.nio.file.FileSystems

/** Whether a `when` holds, as each condition of Jenkins decides it. */
class Conditions {

    private final Build build
    private final Names names
    private final Vocabulary vocabulary

    Conditions(Build build, Names names, Vocabulary vocabulary) {
        this.build = build
        this.names = names
        this.vocabulary = vocabulary
    }

    /** A read `when`: the flags apart from the conditions, which are asked in order until one does not hold. */
    Map read(Closure when) {
        List<Call> said = Directive.read(when, vocabulary, names)
        List<Call> flags = said.findAll { vocabulary.conditions[it.name]?.flag }
        Map found = flags.collectEntries { [it.name, it.positional ? it.positional[0] : true] }
        found + [conditions: said - flags]
    }

    /** Whether every one of them holds. */
    boolean hold(List<Call> conditions) {
        conditions.every { holds(it) }
    }

    private boolean holds(Call call) {
        Map entry = vocabulary.conditions[call.name]
        if (entry.children) {
            List<Call> children = Directive.read(call.positional[-1], vocabulary, names)
            return [allOf: { children.every { holds(it) } }, anyOf: { children.any { holds(it) } },
                    not: { !holds(children[0]) }][call.name].call()
        }
        if (call.name == 'expression') {
            return names.run((Closure) call.positional[-1]) as boolean
        }
        List<String> complaints = []
        Map<String, Object> arguments = vocabulary.bind(call, entry, complaints)
        if (complaints) {
            throw new Refused(complaints[0])
        }
        decide(call.name, arguments)
    }

    private boolean decide(String name, Map<String, Object> arguments) {
        Map<String, String> env = build.environment
        switch (name) {
            case 'branch': return matches(env.BRANCH_NAME, arguments.pattern, arguments.comparator)
            case 'buildingTag': return env.TAG_NAME as boolean
            case 'tag': return matches(env.TAG_NAME, arguments.pattern ?: '*', arguments.comparator)
            case 'changeRequest': return env.CHANGE_ID && isChange(arguments)
            case 'environment': return isSet(arguments)
            case 'equals': return arguments.expected == arguments.actual
            case 'isRestartedRun': return build.scenario.restarted as boolean
            case 'triggeredBy': return build.scenario.causes.any { isCause(it, arguments) }
        }
        throw new Refused("the harness does not know how `${name}` decides")
    }

    private boolean isChange(Map<String, Object> arguments) {
        arguments.findAll { it.key != 'comparator' }.every { key, pattern ->
            String value = build.environment["CHANGE_${key.toUpperCase()}".toString()]
            matches(value, pattern, arguments.comparator ?: 'EQUALS')
        }
    }

    private boolean isSet(Map<String, Object> arguments) {
        String value = build.environment[arguments.name]
        arguments.ignoreCase ? arguments.value.equalsIgnoreCase(value) : arguments.value == value
    }

    /** By the whole name of its class, the class's own name, or that without the word Cause. */
    private static boolean isCause(Map cause, Map<String, Object> arguments) {
        String own = cause._class.tokenize('.$')[-1]
        boolean named = arguments.cause in [cause._class, own, own.replaceFirst(/Cause$/, '')]
        named && (!arguments.detail || cause.userId == arguments.detail)
    }

    private static boolean matches(String value, Object pattern, String comparator) {
        if (value == null) {
            return false
        }
        if (comparator == 'REGEXP') {
            return value ==~ pattern
        }
        if (comparator == 'EQUALS') {
            return value == pattern
        }
        FileSystems.default.getPathMatcher("glob:${pattern}").matches(new File(value).toPath())
    }

}
