/** What stands in `when`: which conditions there are, what they take, and how they nest. */
class WhenCheck {

    private final Vocabulary vocabulary
    private final Validator validator

    WhenCheck(Vocabulary vocabulary, Validator validator) {
        this.vocabulary = vocabulary
        this.validator = validator
    }

    /** A whole `when`; null is none. */
    void check(Call when) {
        if (when == null) {
            return
        }
        List<Call> said = readConditions(when)
        if (!said.any { !vocabulary.conditions[it.name]?.flag }) {
            validator.complain(when.line, '`when` holds no condition')
        }
        said.each { checkOne(it, true) }
    }

    private List<Call> readConditions(Call around) {
        if (around.block == null) {
            validator.complain(around.line, "`${around.name}` is a block of conditions")
            return []
        }
        Source.statements(around.block.code).collect { statement ->
            Call call = Source.call(statement)
            if (call == null || call.receiver) {
                validator.complain(statement.lineNumber, "a condition is wanted in `${around.name}`")
                return null
            }
            call
        }.findAll()
    }

    private void checkOne(Call call, boolean onTop) {
        Map entry = vocabulary.conditions[call.name]
        if (entry == null || entry.flag && !onTop) {
            String known = vocabulary.conditions.keySet().join(', ')
            validator.complain(call.line, "there is no condition `${call.name}` here, only ${known}")
            return
        }
        if (entry.children) {
            checkChildren(call, entry.children)
        } else if (entry.block) {
            if (call.block == null) {
                validator.complain(call.line, "`${call.name}` is a block of Groovy")
            }
            validator.uses << [what: 'condition', name: call.name, line: call.line, arguments: [:],
                               plugin: 'pipeline-model-definition']
        } else if (call.block) {
            validator.complain(call.line, "condition `${call.name}` takes no block")
        } else {
            validator.bind('condition', call, entry + [plugin: 'pipeline-model-definition'])
        }
    }

    private void checkChildren(Call call, String children) {
        if (call.positional || call.named) {
            validator.complain(call.line, "condition `${call.name}` takes no argument beside its block")
        }
        List<Call> said = readConditions(call)
        if (children == 'one' && said.size() != 1 || !said) {
            String many = "${children} of conditions, not ${said.size()}"
            validator.complain(call.line, "condition `${call.name}` holds ${many}")
        }
        said.each { checkOne(it, false) }
    }

}
