package io.synfire;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows: ingest → engine ← query, and which package may see what. */
@AnalyzeClasses(
        packages = "io.synfire",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {

    /** Another module's tests come as a jar; its classes may come as one too, and are to be looked at. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule theEngineKnowsNoDoor = noClasses()
            .that()
            .resideInAPackage("io.synfire.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.synfire.ingest..",
                    "io.synfire.query..",
                    "org.apache.kafka..",
                    "kafka..",
                    "io.javalin..",
                    "tools.jackson..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule ingestKnowsNoQuery = noClasses()
            .that()
            .resideInAPackage("io.synfire.ingest..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.synfire.query..", "org.rocksdb..", "io.javalin..", "picocli..");

    @ArchTest
    static final ArchRule onlyTheCompositionRootSeesIngest = noClasses()
            .that()
            .resideInAPackage("io.synfire.query..")
            .and()
            .resideOutsideOfPackage("io.synfire.query.app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.synfire.ingest..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule onlyTheStoreSeesRocksDb = noClasses()
            .that()
            .resideOutsideOfPackage("io.synfire.engine.store..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule eventsAndLearningArePureJava = classes()
            .that()
            .resideInAnyPackage("io.synfire.engine.event..", "io.synfire.engine.learn..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "io.synfire.engine.event..", "io.synfire.engine.learn..");

    @ArchTest
    static final ArchRule recallIsPure = noClasses()
            .that()
            .resideInAPackage("io.synfire.query.recall..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.synfire.query.http..",
                    "io.synfire.query.cli..",
                    "io.synfire.query.app..",
                    "io.synfire.query.answer..",
                    "tools.jackson..",
                    "io.javalin..");

    @ArchTest
    static final ArchRule theEngineReadsNoClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.synfire.engine.event..",
                    "io.synfire.engine.learn..",
                    "io.synfire.engine.memory..",
                    "io.synfire.engine.store..",
                    "io.synfire.engine.view..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule noPackageGoesInCircles =
            slices().matching("io.synfire.(*).(*)..").should().beFreeOfCycles();
}
