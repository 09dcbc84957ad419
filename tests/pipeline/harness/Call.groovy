import org.codehaus.groovy.ast.expr.ClosureExpression

/** A call as it stands in a file, or as it was made and is not carried out: `logRotator(numToKeepStr: '30')`. */
class Call {

    String name
    /** What it is called on; null for a step, a section and the like. */
    String receiver
    int line
    List positional = []
    Map<String, Object> named = [:]
    ClosureExpression block

    @Override
    String toString() {
        "${name}(${Telling.arguments(positional, named)})"
    }

    /** As it goes into JSON. */
    Map toMap() {
        [call: name, positional: positional.collect { Telling.plain(it) }, named: named.collectEntries { key, value ->
            [key, Telling.plain(value)]
        }]
    }

}
