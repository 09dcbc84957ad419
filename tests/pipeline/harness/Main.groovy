import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilerConfiguration

// Answers questions, a line of JSON each, until there are no more: Groovy starts once for a whole suite.

/** A complaint with no line has its first. */
List<String> explain(CompilationFailedException error) {
    ['does not parse: ' + error.message.readLines().findAll { it.trim() }.join(' ')]
}

Map validate(Vocabulary vocabulary, Map question) {
    try {
        Validator validator = new Validator(vocabulary, new Source(question.name, question.text))
        validator.check()
        return [problems: validator.problems, uses: validator.uses]
    } catch (CompilationFailedException error) {
        return [problems: explain(error), uses: []]
    }
}

Map execute(Vocabulary vocabulary, Map question) {
    Build build = null
    try {
        CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: 'PipelineScript')
        GroovyShell shell = new GroovyShell(Main.classLoader, new Binding(), configuration)
        PipelineScript script = (PipelineScript) shell.parse(question.text, 'WorkflowScript.groovy')
        build = new Build(question.scenario)
        Names names = new Names(build, vocabulary, script)
        script.useNames(names)
        new Declarative(build, names, vocabulary).run(script.takePipeline())
        return [events: build.events, result: build.result.name(), refused: null]
    } catch (Refused refusal) {
        return [events: build?.events ?: [], result: null, refused: refusal.message]
    } catch (CompilationFailedException error) {
        return [events: [], result: null, refused: explain(error)[0]]
    }
}

Map answer(Vocabulary vocabulary, Map question) {
    switch (question.ask) {
        case 'parse':
            try {
                Source parsed = new Source('Parsed.groovy', question.text)
                return [problems: parsed.module ? [] : ['it is empty']]
            } catch (CompilationFailedException error) {
                return [problems: explain(error)]
            }
        case 'validate': return validate(vocabulary, question)
        case 'execute': return execute(vocabulary, question)
        case 'jobs': return JobDsl.execute(question.text, question.allowed, question.environment)
    }
    throw new IllegalArgumentException("what is ${question.ask}?")
}

// What a pipeline prints is no answer.
PrintStream answers = System.out
System.out = System.err
JsonSlurper slurper = new JsonSlurper()
Vocabulary vocabulary = null
System.in.newReader('UTF-8').eachLine { line ->
    Map question = (Map) slurper.parseText(line)
    if (question.ask == 'begin') {
        vocabulary = new Vocabulary(question.vocabulary)
        answers.println(JsonOutput.toJson([groovy: GroovySystem.version]))
    } else {
        answers.println(JsonOutput.toJson(answer(vocabulary, question)))
    }
    answers.flush()
}
