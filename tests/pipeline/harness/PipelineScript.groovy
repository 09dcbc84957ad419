/** What a Jenkinsfile is compiled to: calls and names that Groovy does not find are looked for in Names. */
abstract class PipelineScript extends Script {

    // Kept in the binding: a field would be looked for by getProperty, which is what needs it.

    void useNames(Names given) {
        getBinding().setVariable(' names', given)
    }

    /** The body of the `pipeline` block. */
    Closure takePipeline() {
        run()
        (Closure) getBinding().getVariable(' pipeline')
    }

    void pipeline(Closure body) {
        getBinding().setVariable(' pipeline', body)
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        if (getMetaClass().respondsTo(this, name, (Object[]) arguments)) {
            return getMetaClass().invokeMethod(this, name, (Object[]) arguments)
        }
        ((Names) getBinding().getVariable(' names')).invokeMethod(name, arguments)
    }

    @Override
    Object getProperty(String name) {
        getBinding().hasVariable(name) ? getBinding().getVariable(name) :
            ((Names) getBinding().getVariable(' names')).getProperty(name)
    }

}
