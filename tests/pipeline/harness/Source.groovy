import org.codehaus.groovy.ast.ModuleNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.ListExpression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.PropertyExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.ast.expr.UnaryMinusExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.EmptyStatement
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases

/** A Groovy file, read and not run. */
class Source {

    final ModuleNode module

    Source(String name, String text) {
        CompilationUnit unit = new CompilationUnit(new CompilerConfiguration())
        unit.addSource(name, text)
        unit.compile(Phases.CONVERSION)
        module = unit.AST.modules[0]
    }

    /** The statements of a block or a file, one after the other. */
    static List<Statement> statements(Statement code) {
        if (code instanceof BlockStatement) {
            return code.statements.findAll { !(it instanceof EmptyStatement) }
        }
        code == null || code instanceof EmptyStatement ? [] : [code]
    }

    /** The call that a statement is; null when it is anything else. */
    static Call call(Statement statement) {
        if (!(statement instanceof ExpressionStatement)) {
            return null
        }
        statement.expression instanceof MethodCallExpression ? call((MethodCallExpression) statement.expression) : null
    }

    /** A call with its arguments as values. */
    static Call call(MethodCallExpression expression) {
        Call call = new Call(name: expression.methodAsString ?: expression.method.text, line: expression.lineNumber)
        if (!expression.implicitThis) {
            call.receiver = expression.objectExpression.text
        }
        List<Expression> arguments = ((TupleExpression) expression.arguments).expressions
        if (arguments && arguments[-1] instanceof ClosureExpression) {
            call.block = (ClosureExpression) arguments[-1]
            arguments = arguments[0..<-1]
        }
        arguments.each { each ->
            if (each instanceof MapExpression) {
                call.named.putAll((Map) value(each))
            } else {
                call.positional << value(each)
            }
        }
        call
    }

    /** A constant as it is, a list, a map or a call with what is in it; all else is known only when it runs. */
    static Object value(Expression expression) {
        if (expression instanceof ConstantExpression) {
            return expression.value
        }
        if (expression instanceof UnaryMinusExpression && expression.expression instanceof ConstantExpression) {
            return -((Number) ((ConstantExpression) expression.expression).value)
        }
        if (expression instanceof MapExpression) {
            return expression.mapEntryExpressions.collectEntries { entry ->
                [value(entry.keyExpression), value(entry.valueExpression)]
            }
        }
        if (expression instanceof ListExpression) {
            return expression.expressions.collect { value(it) }
        }
        if (expression instanceof MethodCallExpression && expression.implicitThis) {
            return call(expression)
        }
        if (expression instanceof ClosureExpression) {
            return expression
        }
        boolean interpolated = expression instanceof GStringExpression
        new Computed(text: expression.text, names: names(expression), interpolated: interpolated)
    }

    /** The variables that an expression reads: `X` and `env.X` alike. */
    static Set<String> names(Expression expression) {
        Set<String> found = []
        expression.visit(new CodeVisitorSupport() {

            @Override
            void visitVariableExpression(VariableExpression variable) {
                found << variable.name
            }

            @Override
            void visitPropertyExpression(PropertyExpression property) {
                found << property.propertyAsString
                super.visitPropertyExpression(property)
            }

        })
        found
    }

}
