/** Reads the calls of a block of `options`, `when`, `parameters` or `triggers`, and works out what they are given. */
class Directive {

    private final List<Call> said
    private final Vocabulary vocabulary
    private final Names names

    private Directive(List<Call> said, Vocabulary vocabulary, Names names) {
        this.said = said
        this.vocabulary = vocabulary
        this.names = names
    }

    /** A closure among the arguments stays one. */
    static List<Call> read(Closure body, Vocabulary vocabulary, Names names) {
        List<Call> said = []
        Closure copy = (Closure) body.clone()
        copy.delegate = new Directive(said, vocabulary, names)
        copy.resolveStrategy = Closure.DELEGATE_ONLY
        copy.call()
        said
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        Call call = new Call(name: name)
        (arguments as List).each { value ->
            if (value instanceof Map) {
                call.named.putAll(value)
            } else {
                call.positional << value
            }
        }
        boolean inner = vocabulary.isSymbol(name) && !(vocabulary.kinds.trigger.containsKey(name)) &&
            !(vocabulary.kinds.parameter.containsKey(name))
        if (!inner) {
            said << call
        }
        call
    }

    @Override
    Object getProperty(String name) {
        names.getProperty(name)
    }

}
