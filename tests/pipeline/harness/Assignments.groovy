/** Reads a block of `NAME = value`. */
class Assignments {

    private final Names names
    private final Map<String, Object> said = [:]

    Assignments(Names names) {
        this.names = names
    }

    /** Name -> string, or the Call of `credentials('id')`. */
    Map<String, Object> getValues() {
        said
    }

    /** Runs the block. */
    void read(Closure body) {
        Closure copy = (Closure) body.clone()
        copy.delegate = new Block(said, names)
        copy.resolveStrategy = Closure.DELEGATE_ONLY
        copy.call()
    }

    private static class Block {

        private final Map<String, Object> said
        private final Names names

        Block(Map<String, Object> said, Names names) {
            this.said = said
            this.names = names
        }

        @Override
        void setProperty(String name, Object value) {
            said[name] = value instanceof Call ? value : value.toString()
        }

        @Override
        Object getProperty(String name) {
            said.containsKey(name) ? said[name] : names.getProperty(name)
        }

        @Override
        Object invokeMethod(String name, Object arguments) {
            if (name == 'credentials') {
                return new Call(name: name, positional: arguments as List)
            }
            names.invokeMethod(name, arguments)
        }

    }

}
