/** What a script of jobs is compiled to. */
abstract class JobDslScript extends Script {

    private Map<String, Map> jobs
    private List<String> problems
    private Map allowed

    void use(Map<String, Map> jobs, List<String> problems, Map allowed) {
        this.jobs = jobs
        this.problems = problems
        this.allowed = allowed
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        if (metaClass.respondsTo(this, name, (Object[]) arguments)) {
            return metaClass.invokeMethod(this, name, (Object[]) arguments)
        }
        if (!allowed.containsKey(name)) {
            throw new Refused("there is no kind of job `${name}`, only ${allowed.keySet()}")
        }
        Map job = [type: name, said: []]
        String path = given[0]
        if (jobs.containsKey(path)) {
            problems << "job ${path} is made twice".toString()
        }
        List<String> folders = path.tokenize('/')
        if (folders.size() > 1 && !jobs.containsKey(folders[0..-2].join('/'))) {
            problems << "job ${path} stands in a folder that is not made before it".toString()
        }
        jobs[path] = job
        if (given[-1] instanceof Closure) {
            JobDslBlock.read((Closure) given[-1], allowed[name], '', job.said, problems)
        }
        job
    }

}
