import hudson.model.Result

/** `currentBuild`, with the shapes of the real one: causes are JSON objects, never strings. */
class CurrentBuild {

    private final Build build
    String displayName
    String description

    CurrentBuild(Build build) {
        this.build = build
        displayName = "#${build.environment.BUILD_NUMBER}"
    }

    String getResult() {
        build.result == Result.SUCCESS ? null : build.result.name()
    }

    void setResult(String name) {
        build.worsen(Result.valueOf(name))
    }

    String getCurrentResult() {
        build.result.name()
    }

    int getNumber() {
        build.environment.BUILD_NUMBER.toInteger()
    }

    long getDuration() {
        build.milliseconds
    }

    String getFullProjectName() {
        build.environment.JOB_NAME
    }

    String getAbsoluteUrl() {
        build.environment.BUILD_URL
    }

    /** The build before, or null. */
    Map getPreviousBuild() {
        build.scenario.previous ? [result: build.scenario.previous, currentResult: build.scenario.previous] : null
    }

    List<Map> getBuildCauses() {
        build.scenario.causes
    }

    /** The causes of one class, by its whole name. */
    List<Map> getBuildCauses(String type) {
        build.scenario.causes.findAll { it._class == type }
    }

    Object propertyMissing(String name) {
        throw new Refused("currentBuild has no property ${name}")
    }

    void propertyMissing(String name, Object value) {
        throw new Refused("currentBuild has no property ${name} to set to ${value}")
    }

    Object methodMissing(String name, Object arguments) {
        throw new Refused("currentBuild has no method ${name}(${Telling.arguments(arguments as List, [:])})")
    }

}
