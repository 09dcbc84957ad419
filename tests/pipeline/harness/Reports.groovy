import hudson.AbortException

/** Files that steps publish: there only when a command that makes them has run in this build. */
class Reports {

    private final Build build

    Reports(Build build) {
        this.build = build
    }

    /** Fails where the real step fails for want of a file. */
    void check(String step, Map<String, Object> arguments) {
        if (step == 'junit' && !arguments.allowEmptyResults) {
            need(arguments.testResults, 'No test report files were found')
        } else if (step == 'archiveArtifacts' && !arguments.allowEmptyArchive) {
            need(arguments.artifacts, 'No artifacts found that match')
        } else if (step == 'stash' && !arguments.allowEmpty && arguments.includes) {
            need(arguments.includes, 'No files included in stash')
        } else if (step == 'publishHTML' && !arguments.target.allowMissing) {
            Map target = arguments.target
            need("${target.reportDir}/${target.reportFiles}", 'Specified HTML directory does not exist')
        }
    }

    private void need(Object patterns, String otherwise) {
        List<String> wanted = patterns.toString().tokenize(',')*.trim()
        Map<String, List<String>> made = build.scenario.reports
        boolean found = wanted.any { pattern ->
            (made[pattern] ?: []).any { target -> build.commands.any { it =~ /\bmake (-s )?${target}\b(?!-)/ } }
        }
        if (!found) {
            build.note("${otherwise}: ${patterns}")
            throw new AbortException("${otherwise}: ${patterns}")
        }
    }

}
