import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.DeclarationExpression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.Statement

/** Steps: known ones with arguments that fit, nothing else among them outside `script`, no secret in a string. */
class StepsCheck {

    private final Vocabulary vocabulary
    private final Source source
    private final List<String> problems
    private final List<Map> uses
    /** Names of variables that hold a secret, or the path of one. */
    final Set<String> secrets = []

    StepsCheck(Vocabulary vocabulary, Source source, List<String> problems, List<Map> uses) {
        this.vocabulary = vocabulary
        this.source = source
        this.problems = problems
        this.uses = uses
    }

    /** Outside of `script` a block of steps holds calls of steps and nothing else. */
    void checkShape(ClosureExpression block) {
        Source.statements(block.code).each { Statement statement ->
            Call call = Source.call(statement)
            if (call == null) {
                complain(statement.lineNumber, 'a step is wanted: all other Groovy stands in `script`')
            } else if (call.receiver) {
                complain(call.line, "`${call.receiver}.${call.name}` is called on an object outside of `script`")
            } else if (vocabulary.sections['blocked steps'].containsKey(call.name)) {
                String instead = vocabulary.sections['blocked steps'][call.name]
                complain(call.line, "`${call.name}` cannot stand here: ${instead}")
            } else if (call.name != 'script' && call.block) {
                checkShape(call.block)
            }
        }
    }

    /** Every call in a piece of code is known, and its arguments fit. held: an executor is. */
    void checkCode(ASTNode code, boolean held) {
        Set<String> local = localNames()
        Set<MethodCallExpression> inner = []
        code.visit(new CodeVisitorSupport() {

            @Override
            void visitMethodCallExpression(MethodCallExpression expression) {
                if (expression.implicitThis && !(expression in inner)) {
                    checkCall(Source.call(expression), local, held)
                }
                expression.arguments.visit(new CodeVisitorSupport() {

                    @Override
                    void visitMethodCallExpression(MethodCallExpression nested) {
                        if (vocabulary.isSymbol(nested.methodAsString)) {
                            inner << nested
                        }
                        super.visitMethodCallExpression(nested)
                    }

                })
                super.visitMethodCallExpression(expression)
            }

            @Override
            void visitConstructorCallExpression(ConstructorCallExpression expression) {
                complain(expression.lineNumber, "makes a ${expression.type.name}, which the sandbox stops")
                super.visitConstructorCallExpression(expression)
            }

            @Override
            void visitVariableExpression(VariableExpression expression) {
                if (expression.name ==~ /[A-Z][a-z]\w+/ && !(expression.name in local)) {
                    complain(expression.lineNumber, "reaches for ${expression.name}, which the sandbox stops")
                }
            }

        })
    }

    private void checkCall(Call call, Set<String> local, boolean held) {
        Map entry = vocabulary.steps[call.name]
        if (call.name in local) {
            return
        }
        if (entry == null) {
            complain(call.line, "there is no step `${call.name}`")
            return
        }
        List<String> complaints = []
        Map<String, Object> arguments = entry.branches ? call.named : vocabulary.bind(call, entry, complaints)
        if (entry.block && call.block == null && !(call.positional.any { it instanceof Computed })) {
            complaints << "`${call.name}` wants a block"
        }
        if (!entry.block && call.block) {
            complaints << "`${call.name}` takes no block"
        }
        if (call.name == 'sh' && arguments.script != null && !(arguments.script instanceof String)) {
            complaints << '`sh` is put together from values: in single quotes the shell reads them from its environment'
        }
        if (held && call.name in ['input', 'lock']) {
            complaints << "`${call.name}` waits while it holds an executor"
        }
        complaints.each { complain(call.line, it) }
        remember(call.name, entry, arguments, call.line)
    }

    private void remember(String name, Map entry, Map<String, Object> arguments, int line) {
        uses << [what: 'step', name: name, plugin: entry.plugin, line: line, arguments: Telling.plain(arguments)]
        rememberSymbols(arguments.values(), line)
    }

    private void rememberSymbols(Collection values, int line) {
        values.each { value ->
            if (value instanceof Collection) {
                rememberSymbols(value, line)
            } else if (value instanceof Call && vocabulary.isSymbol(value.name)) {
                Map entry = vocabulary.kinds.values().find { it.containsKey(value.name) }[value.name]
                uses << [what: 'symbol', name: value.name, plugin: entry.plugin, line: line,
                         arguments: Telling.plain(value.named)]
                entry.binds.each { secrets.add(value.named[it]) }
            }
        }
    }

    /** Methods of the file, and all that its code declares. */
    private Set<String> localNames() {
        Set<String> names = source.module.methods*.name
        CodeVisitorSupport visitor = new CodeVisitorSupport() {

            @Override
            void visitDeclarationExpression(DeclarationExpression expression) {
                names << expression.leftExpression.text
                super.visitDeclarationExpression(expression)
            }

            @Override
            void visitClosureExpression(ClosureExpression expression) {
                names.addAll(expression.parameters*.name ?: [])
                super.visitClosureExpression(expression)
            }

        }
        source.module.statementBlock.visit(visitor)
        source.module.methods.each { method ->
            names.addAll(method.parameters*.name)
            method.code.visit(visitor)
        }
        names
    }

    /** No string in double quotes holds a secret: it would stand in the log, among the arguments of a step. */
    void checkSecrets() {
        CodeVisitorSupport visitor = new CodeVisitorSupport() {

            @Override
            void visitGStringExpression(GStringExpression expression) {
                Source.names(expression).findAll { it in secrets }.each {
                    complain(expression.lineNumber, "the secret ${it} stands in a double-quoted string")
                }
            }

        }
        source.module.statementBlock.visit(visitor)
        source.module.methods.each { it.code.visit(visitor) }
    }

    private void complain(int line, String message) {
        problems << "line ${line}: ${message}".toString()
    }

}
