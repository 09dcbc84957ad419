/** Really runs a command of a pipeline, in the folder that the scenario names. */
class Shell {

    /** Whether the scenario lets this one run. */
    static boolean isReal(Map scenario, String script) {
        scenario.workspace && scenario.really.any { part -> script.contains(part) }
    }

    /** Its exit code, and what it said. */
    static Map run(Build build, String script) {
        File workspace = new File(build.scenario.workspace)
        ProcessBuilder builder = new ProcessBuilder('sh', '-xe', '-c', script).directory(workspace)
        Map<String, String> variables = builder.environment()
        // Were this suite started by a hook of git, its variables would lead git to another repository.
        variables.keySet().removeAll { name -> name.startsWith('GIT_') }
        variables.putAll(build.environment)
        File errors = new File(workspace.parentFile, 'errors.txt')
        Process process = builder.redirectError(errors).start()
        process.outputStream.close()
        String said = process.inputStream.text
        int exit = process.waitFor()
        build.tell(kind: 'ran', script: script, exit: exit, said: said + errors.text, text: "really run: exit ${exit}")
        [exit: exit, said: said]
    }

    /** Leaves behind what a command that is not really run would have made. */
    static void write(Build build, Map<String, String> files) {
        files.each { name, text ->
            File file = new File(build.scenario.workspace, name)
            file.parentFile.mkdirs()
            file.setText(text, 'UTF-8')
        }
    }

}
