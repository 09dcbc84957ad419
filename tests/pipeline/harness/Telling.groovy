/** Values and calls as a person reads them, and as JSON has them. */
class Telling {

    /** The arguments of a call. A closure is no argument worth telling: what it does is told when it does it. */
    static String arguments(List positional, Map named) {
        List<String> told = positional.findAll { !(it instanceof Closure) }.collect { value(it) }
        (told + named.collect { key, each -> "${key}: ${value(each)}" }).join(', ')
    }

    /** One value. */
    static String value(Object value) {
        if (value instanceof CharSequence) {
            return "'${value}'"
        }
        if (value instanceof Map) {
            return "[${arguments([], value)}]"
        }
        if (value instanceof List) {
            return "[${arguments(value, [:])}]"
        }
        value.toString()
    }

    /** One value of what JSON has. */
    static Object plain(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof String) {
            return value
        }
        if (value instanceof Call) {
            return value.toMap()
        }
        if (value instanceof Computed) {
            return [computed: value.text]
        }
        if (value instanceof Map) {
            return value.collectEntries { key, each -> [key.toString(), plain(each)] }
        }
        value instanceof List ? value.collect { plain(it) } : value.toString()
    }

}
