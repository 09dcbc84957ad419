/** `env`: strings, and null for what is not there. */
class Environment {

    private final Build build

    Environment(Build build) {
        this.build = build
    }

    Object propertyMissing(String name) {
        build.environment[name]
    }

    void propertyMissing(String name, Object value) {
        build.environment[name] = value.toString()
    }

    Object getAt(String name) {
        build.environment[name]
    }

    Object methodMissing(String name, Object arguments) {
        throw new Refused("env has no method ${name}(${Telling.arguments(arguments as List, [:])})")
    }

}
