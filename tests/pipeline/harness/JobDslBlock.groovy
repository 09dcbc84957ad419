/** A block within a job: each name in it is one of the list, by its path from the job. */
class JobDslBlock {

    private final Object allowed
    private final String path
    private final List<Map> said
    private final List<String> problems

    private JobDslBlock(Object allowed, String path, List<Map> said, List<String> problems) {
        this.allowed = allowed
        this.path = path
        this.said = said
        this.problems = problems
    }

    /** allowed: name -> what may stand in its block; an empty map for one that takes a value alone. */
    static void read(Closure body, Object allowed, String path, List<Map> said, List<String> problems) {
        Closure copy = (Closure) body.clone()
        copy.delegate = new JobDslBlock(allowed, path, said, problems)
        copy.resolveStrategy = Closure.DELEGATE_FIRST
        copy.call()
    }

    @Override
    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        String here = path ? "${path}.${name}" : name
        if (!(allowed instanceof Map) || !allowed.containsKey(name)) {
            String known = allowed instanceof Map ? allowed.keySet().join(', ') : allowed
            problems << "`${here}` is not known in a job, only ${known}".toString()
            return null
        }
        List values = given.findAll { !(it instanceof Closure) }
        said << [path: here, values: values.collect { Telling.plain(it) }]
        if (given && given[-1] instanceof Closure) {
            read((Closure) given[-1], allowed[name], here, said, problems)
        }
        null
    }

}
