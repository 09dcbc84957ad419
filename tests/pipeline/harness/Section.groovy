/** Reads what stands in a block of sections, without running what is in them. */
class Section {

    private final Map<String, List> said

    private Section(Map<String, List> said) {
        this.said = said
    }

    /** Name -> arguments of each. */
    static Map<String, List> read(Closure body) {
        Map<String, List> said = [:]
        Closure copy = (Closure) body.clone()
        copy.delegate = new Section(said)
        copy.resolveStrategy = Closure.DELEGATE_ONLY
        copy.call()
        said
    }

    /** A stage's name -> its block, in order. */
    static Map<String, Closure> readStages(Closure body) {
        read(body).collectEntries { name, arguments -> [name, arguments[0]] }
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        if (name == 'stage') {
            said[given[0].toString()] = given.drop(1)
        } else {
            said[name] = given
        }
    }

    @Override
    Object getProperty(String name) {
        name
    }

}
