import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.DeclarationExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement

/** Reads a declarative pipeline as Jenkins's own validator does, before it runs: every complaint with its line. */
class Validator {

    private final Vocabulary vocabulary
    private final Source source
    private final StepsCheck stepsCheck
    private final WhenCheck whenCheck
    private final List<String> names = []
    final List<String> problems = []
    /** Every known call with its arguments: what, name, plugin, line, arguments. */
    final List<Map> uses = []

    Validator(Vocabulary vocabulary, Source source) {
        this.vocabulary = vocabulary
        this.source = source
        this.stepsCheck = new StepsCheck(vocabulary, source, problems, uses)
        this.whenCheck = new WhenCheck(vocabulary, this)
    }

    /** Fills problems and uses. */
    void check() {
        List<Statement> statements = Source.statements(source.module.statementBlock)
        List<Call> pipelines = statements.collect { Source.call(it) }.findAll { it?.name == 'pipeline' && it.block }
        statements.findAll { Source.call(it)?.name != 'pipeline' && !isDeclaration(it) }.each {
            complain(it.lineNumber, 'stands beside `pipeline`, where only declarations and methods may')
        }
        if (pipelines.size() != 1) {
            complain(1, "a file holds one `pipeline` block, not ${pipelines.size()}")
            return
        }
        checkPipeline(pipelines[0])
        source.module.methods.each { MethodNode method -> stepsCheck.checkCode(method.code, false) }
        stepsCheck.checkSecrets()
    }

    void complain(int line, String message) {
        problems << "line ${line}: ${message}".toString()
    }

    /** The arguments of a call that stands in the list of what may be there. */
    Map<String, Object> bind(String what, Call call, Map entry) {
        List<String> complaints = []
        Map<String, Object> arguments = vocabulary.bind(call, entry, complaints)
        complaints.each { complain(call.line, it) }
        uses << [what: what, name: call.name, plugin: entry.plugin, line: call.line,
                 arguments: Telling.plain(arguments)]
        arguments
    }

    private static boolean isDeclaration(Statement statement) {
        statement instanceof ExpressionStatement && statement.expression instanceof DeclarationExpression
    }

    private void checkPipeline(Call pipeline) {
        Map<String, Call> said = readSections(pipeline.block, vocabulary.sections.pipeline.allowed, 'pipeline')
        vocabulary.sections.pipeline.required.findAll { !said.containsKey(it) }.each {
            complain(pipeline.line, "`pipeline` lacks `${it}`")
        }
        boolean held = checkAgent(said.agent)
        checkEnvironment(said.environment)
        checkListed(said.options, 'option', vocabulary.options) { Call call, Map entry ->
            checkPlace(call, entry, 'pipeline')
        }
        checkListed(said.triggers, 'trigger', vocabulary.kinds.trigger)
        checkListed(said.parameters, 'parameter', vocabulary.kinds.parameter)
        checkStages(said.stages, held, false)
        checkPost(said.post, held)
        if (said.tools) {
            complain(said.tools.line, 'no tool is set up in Jenkins: the agent\'s image brings them')
        }
    }

    /** The calls in a block by name; each of what may be there, once. */
    private Map<String, Call> readSections(ClosureExpression block, List<String> allowed, String where) {
        Map<String, Call> said = [:]
        Source.statements(block.code).each { statement ->
            Call call = Source.call(statement)
            if (call == null || call.receiver) {
                complain(statement.lineNumber, "a section is wanted in `${where}`")
            } else if (!(call.name in allowed)) {
                complain(call.line, "`${where}` has no section `${call.name}`, only ${allowed}")
            } else if (said.containsKey(call.name)) {
                complain(call.line, "`${call.name}` stands twice in one `${where}`")
            } else {
                said[call.name] = call
            }
        }
        said
    }

    private List<Call> readCalls(Call section, String wanted) {
        if (section?.block == null) {
            if (section) {
                complain(section.line, "`${section.name}` is a block")
            }
            return []
        }
        List<Statement> statements = Source.statements(section.block.code)
        if (!statements) {
            complain(section.line, "`${section.name}` is empty")
        }
        statements.findAll { Source.call(it) == null || Source.call(it).receiver }.each {
            complain(it.lineNumber, "${wanted} is wanted in `${section.name}`")
        }
        statements.collect { Source.call(it) }.findAll { it && !it.receiver }
    }

    /** Whether an executor is held in it. */
    private boolean checkAgent(Call agent) {
        Map types = vocabulary.sections.agent
        if (agent == null) {
            return false
        }
        if (agent.block == null) {
            String bare = agent.positional[0] instanceof Computed ? agent.positional[0].text : null
            if (!(bare in ['none', 'any'])) {
                complain(agent.line, '`agent` is `none`, `any` or a block')
            }
            return bare != 'none'
        }
        List<Call> said = readCalls(agent, 'a type of agent')
        if (said.size() != 1) {
            complain(agent.line, '`agent` tells one type of agent')
        }
        said.each { call ->
            if (!types.containsKey(call.name) || call.name in ['none', 'any']) {
                complain(call.line, "there is no type of agent `${call.name}`, only ${types.keySet()}")
            } else {
                Call flat = call.block ? new Call(name: call.name, line: call.line, named: readCalls(call, 'a setting')
                    .collectEntries { [it.name, it.positional[0]] }) : call
                bind('agent', flat, [parameters: types[call.name]])
            }
        }
        true
    }

    private void checkEnvironment(Call environment) {
        if (environment == null) {
            return
        }
        List<Statement> statements = environment.block ? Source.statements(environment.block.code) : []
        if (!statements) {
            complain(environment.line, '`environment` is empty or no block')
        }
        List<String> keys = []
        statements.each { statement ->
            def expression = statement instanceof ExpressionStatement ? statement.expression : null
            boolean assigns = expression instanceof BinaryExpression && expression.operation.text == '=' &&
                expression.leftExpression instanceof VariableExpression
            if (!assigns || expression instanceof DeclarationExpression) {
                complain(statement.lineNumber, '`environment` holds `NAME = value` alone')
                return
            }
            String key = expression.leftExpression.name
            Object value = Source.value(expression.rightExpression)
            if (key in keys) {
                complain(statement.lineNumber, "`${key}` stands twice in one `environment`")
            }
            if (!(value instanceof CharSequence || value instanceof Computed || value instanceof Call)) {
                complain(statement.lineNumber, "`${key}` is neither a string nor a call")
            }
            if (value instanceof Call && value.name in vocabulary.sections['environment helpers']) {
                stepsCheck.secrets.addAll([key, "${key}_USR".toString(), "${key}_PSW".toString()])
                uses << [what: 'credentials', name: 'credentials', line: value.line, plugin: 'credentials-binding',
                         arguments: [credentialsId: Telling.plain(value.positional[0])]]
            }
            keys << key
        }
    }

    private void checkListed(Call section, String what, Map known, Closure more = null) {
        List<String> said = []
        readCalls(section, "a ${what}").each { call ->
            Map entry = known[call.name]
            if (entry == null) {
                complain(call.line, "there is no ${what} `${call.name}`, only ${known.keySet().sort()}")
                return
            }
            if (call.name in said && what != 'parameter') {
                complain(call.line, "${what} `${call.name}` stands twice")
            }
            if (call.block) {
                complain(call.line, "${what} `${call.name}` takes no block")
            }
            said << call.name
            bind(what, call, entry)
            more?.call(call, entry)
        }
    }

    private void checkPlace(Call call, Map entry, String place) {
        if (!(place in entry.at)) {
            complain(call.line, "option `${call.name}` stands in a ${entry.at[0]}, not in a ${place}")
        }
    }

    private void checkStages(Call stages, boolean held, boolean inParallel) {
        readCalls(stages, 'a stage').each { call ->
            if (call.name != 'stage') {
                complain(call.line, "a stage is wanted in `${stages.name}`, not `${call.name}`")
                return
            }
            String name = call.positional.size() == 1 && call.positional[0] instanceof String ? call.positional[0] : ''
            if (!name || call.block == null) {
                complain(call.line, 'a stage has a name, a plain string, and a block')
                return
            }
            if (name in names) {
                complain(call.line, "two stages are called '${name}'")
            }
            names << name
            checkStage(call, name, held, inParallel)
        }
    }

    private void checkStage(Call stage, String name, boolean heldAround, boolean inParallel) {
        Map<String, Call> said = readSections(stage.block, vocabulary.sections.stage.allowed, 'stage')
        List<String> content = vocabulary.sections.stage.content.findAll { said.containsKey(it) }
        if (content.size() != 1) {
            complain(stage.line, "stage '${name}' holds one of ${vocabulary.sections.stage.content}, not ${content}")
        }
        if (said.parallel) {
            vocabulary.sections['not with parallel'].findAll { said.containsKey(it) }.each {
                complain(said[it].line, "`${it}` cannot stand in stage '${name}', which holds `parallel`")
            }
            if (inParallel) {
                complain(said.parallel.line, "stage '${name}' is in `parallel` already and cannot hold another")
            }
        }
        if (said.failFast && (!said.parallel || !(said.failFast.positional[0] instanceof Boolean))) {
            complain(said.failFast.line, '`failFast` is true or false and stands beside `parallel`')
        }
        if (said.input) {
            checkInput(said.input, heldAround)
        }
        boolean held = checkAgent(said.agent) || heldAround
        checkListed(said.options, 'option', vocabulary.options) { Call call, Map entry ->
            checkPlace(call, entry, 'stage')
            if (call.name == 'lock' && heldAround) {
                complain(call.line, 'waits for a lock while it holds an executor')
            }
        }
        checkEnvironment(said.environment)
        whenCheck.check(said.when)
        if (said.steps) {
            checkSteps(said.steps, held)
        }
        checkStages(said.stages, held, inParallel)
        checkStages(said.parallel, held, true)
        checkPost(said.post, held)
    }

    private void checkInput(Call input, boolean held) {
        Call flat = new Call(name: 'input', line: input.line, named: readCalls(input, 'a setting').collectEntries {
            [it.name, it.block ?: it.positional[0]]
        })
        bind('directive', flat, [parameters: vocabulary.sections.input, plugin: 'pipeline-input-step'])
        if (held) {
            complain(input.line, '`input` waits for a person while it holds an executor')
        }
    }

    private void checkSteps(Call steps, boolean held) {
        if (steps.block == null || !Source.statements(steps.block.code)) {
            complain(steps.line, "`${steps.name}` is empty or no block")
            return
        }
        stepsCheck.checkShape(steps.block)
        stepsCheck.checkCode(steps.block.code, held)
    }

    private void checkPost(Call post, boolean held) {
        List<String> said = []
        readCalls(post, 'a condition').each { call ->
            if (!(call.name in vocabulary.sections.post)) {
                complain(call.line, "`post` has no condition `${call.name}`, only ${vocabulary.sections.post}")
                return
            }
            if (call.name in said) {
                complain(call.line, "`${call.name}` stands twice in one `post`")
            }
            said << call.name
            checkSteps(call, held)
        }
    }

}
