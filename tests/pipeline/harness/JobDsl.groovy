import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilerConfiguration

/** Runs a script of the plugin Job DSL against the list of what ours may say. */
class JobDsl {

    /** jobs: name -> type and all that was said in it, each with its path; problems: what may not be said.
     *  environment: what System.getenv finds. */
    static Map execute(String text, Map allowed, Map<String, String> environment) {
        Map<String, Map> jobs = [:]
        List<String> problems = []
        CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: 'JobDslScript')
        try {
            JobDslScript script = (JobDslScript) new GroovyShell(JobDsl.classLoader, new Binding(), configuration)
                .parse(text, 'JobDslJobs.groovy')
            script.use(jobs, problems, allowed)
            System.metaClass.static.getenv = { String name -> environment[name] }
            script.run()
        } catch (CompilationFailedException error) {
            problems << "does not parse: ${error.message}".toString()
        } catch (Refused refusal) {
            problems << refusal.message
        } finally {
            GroovySystem.metaClassRegistry.removeMetaClass(System)
        }
        [jobs: jobs, problems: problems]
    }

}
