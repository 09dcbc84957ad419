import org.codehaus.groovy.ast.expr.ClosureExpression

/** The allow-list: which calls there are, and what each takes. */
class Vocabulary {

    final Map sections
    final Map options
    final Map conditions
    final Map steps
    final Map kinds
    final Map structs

    Vocabulary(Map data) {
        sections = data.sections
        options = data.options.collectEntries { name, entry -> [name, entry.wraps ? data.steps[name] + entry : entry] }
        conditions = data.conditions
        steps = data.steps
        kinds = data.symbols.kinds
        structs = data.symbols.structs
    }

    /** Whether a call of that name is an argument of something: `pyLint(…)`. */
    boolean isSymbol(String name) {
        kinds.any { kind, symbols -> symbols.containsKey(name) }
    }

    /** The arguments by name. Every complaint goes to the list. */
    Map<String, Object> bind(Call call, Map entry, List<String> complaints) {
        Map<String, String> parameters = entry.parameters ?: [:]
        Map<String, Object> arguments = call.named
        if (call.positional && call.named) {
            complaints << "`${call.name}` mixes named and unnamed arguments"
            return arguments
        }
        if (call.positional) {
            arguments = nameThem(call, entry, complaints)
        } else if (isOneMap(parameters, arguments)) {
            arguments = [(sole(parameters)): arguments]
        }
        arguments.each { name, value ->
            if (parameters.containsKey(name)) {
                String wrong = misfit(parameters[name] - '!', value)
                if (wrong) {
                    complaints << "`${call.name}`: '${name}' ${wrong}".toString()
                }
            } else {
                complaints << "`${call.name}` has no parameter '${name}', only ${parameters.keySet().sort()}".toString()
            }
        }
        List<String> lacking = parameters.findAll { it.value.endsWith('!') && !arguments.containsKey(it.key) }*.key
        if (lacking && !complaints) {
            complaints << "`${call.name}` lacks ${lacking.collect { "'${it}'" }.join(', ')}".toString()
        }
        arguments
    }

    private Map<String, Object> nameThem(Call call, Map entry, List<String> complaints) {
        Map<String, String> parameters = entry.parameters ?: [:]
        List<String> required = parameters.findAll { it.value.endsWith('!') }*.key
        if (call.positional.size() == 1) {
            String alone = entry.alone ?: sole(parameters)
            if (alone) {
                return [(alone): call.positional[0]]
            }
        } else if (call.positional.size() == required.size()) {
            return [required, call.positional].transpose().collectEntries()
        }
        complaints << "`${call.name}` takes ${parameters ? 'its arguments by name' : 'no argument'}".toString()
        [:]
    }

    private String sole(Map<String, String> parameters) {
        List<String> required = parameters.findAll { it.value.endsWith('!') }*.key
        if (required.size() == 1) {
            return required[0]
        }
        !required && parameters.size() == 1 ? parameters.keySet()[0] : null
    }

    /** `publishHTML([reportName: …])`: Jenkins takes a map for the one parameter that is made of a map. */
    private boolean isOneMap(Map<String, String> parameters, Map<String, Object> arguments) {
        String alone = sole(parameters)
        arguments && alone && parameters[alone].startsWith('struct(') && !arguments.containsKey(alone)
    }

    private String misfit(String type, Object value) {
        if (value == null || value instanceof Computed || type in ['any', 'scm']) {
            boolean text = value instanceof Computed && value.interpolated
            return text && type in ['boolean', 'integer'] ? "is no ${type}" : null
        }
        if (type.startsWith('list(')) {
            if (!(value instanceof List)) {
                return "is no list but ${Telling.value(value)}"
            }
            return value.collect { misfit(type[5..-2], it) }.find()
        }
        if (type.startsWith('one(')) {
            return misfitOfKind(type[4..-2], value)
        }
        if (type.startsWith('struct(')) {
            return misfitOfStruct(type[7..-2], value)
        }
        if (type.startsWith('enum(')) {
            List<String> allowed = type[5..-2].tokenize('|')*.trim()
            return value.toString() in allowed ? null : "is none of ${allowed}: ${Telling.value(value)}"
        }
        misfitOfPlain(type, value)
    }

    private String misfitOfPlain(String type, Object value) {
        boolean fits = [
            string: value instanceof CharSequence,
            boolean: value instanceof Boolean,
            integer: value instanceof Integer || value instanceof Long,
            number: value instanceof Number,
            block: value instanceof Closure || value instanceof ClosureExpression,
        ][type]
        fits ? null : "is no ${type} but ${Telling.value(value)}"
    }

    private String misfitOfKind(String kind, Object value) {
        if (!(value instanceof Call)) {
            return "is no ${kind} but ${Telling.value(value)}"
        }
        Map entry = kinds[kind][value.name]
        if (entry == null) {
            return "is no ${kind}: `${value.name}`; there are ${kinds[kind].keySet().sort()}"
        }
        List<String> complaints = []
        bind(value, entry, complaints)
        complaints ? "is wrong: ${complaints[0]}" : null
    }

    private String misfitOfStruct(String name, Object value) {
        if (!(value instanceof Map)) {
            return "is no map but ${Telling.value(value)}"
        }
        List<String> complaints = []
        bind(new Call(name: name, named: value), [parameters: structs[name]], complaints)
        complaints ? "is wrong: ${complaints[0]}" : null
    }

}
