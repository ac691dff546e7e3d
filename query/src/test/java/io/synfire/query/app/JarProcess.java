package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The jar as a user starts it: a process of its own, with what it prints in a file. */
final class JarProcess implements AutoCloseable {

    private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");
    private static final Pattern HEAP_IN_USE = Pattern.compile("used (\\d+)K");
    private static final Pattern ANSWERING = Pattern.compile("answering at (http://\\S+)");

    private final Process process;
    private final Path output;
    /** Its working directory and its temporary files, the library of a process that is killed among them. */
    private final Path own;

    private JarProcess(Process process, Path output, Path own) {
        this.process = process;
        this.output = output;
        this.own = own;
    }

    /** Starts the jar of this build in an empty working directory; standard output and error go to {@code output}. */
    static JarProcess start(Path output, List<String> jvm, String... arguments) throws IOException {
        return start(ProcessBuilder.Redirect.PIPE, output, jvm, arguments);
    }

    /** The same, with a standard input. */
    static JarProcess start(ProcessBuilder.Redirect input, Path output, List<String> jvm, String... arguments)
            throws IOException {
        List<String> options = new ArrayList<>(List.of("-XX:SharedArchiveFile=" + ClassArchive.of(jar())));
        options.addAll(jvm);
        return startPlain(input, output, options, arguments);
    }

    /** The same without the archive of classes: in as much memory as a user's process. */
    static JarProcess startPlain(Path output, List<String> jvm, String... arguments) throws IOException {
        return startPlain(ProcessBuilder.Redirect.PIPE, output, jvm, arguments);
    }

    private static JarProcess startPlain(
            ProcessBuilder.Redirect input, Path output, List<String> jvm, String... arguments) throws IOException {
        Path own = Files.createTempDirectory("synfire-process");
        Path working = Files.createDirectory(own.resolve("working"));
        Path temporary = Files.createDirectory(own.resolve("temporary"));
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("-Djava.io.tmpdir=" + temporary);
        // Most of these end before the optimizing compiler has paid for itself.
        line.add("-XX:TieredStopAtLevel=1");
        line.addAll(jvm);
        line.addAll(List.of("-jar", jar().toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(working.toFile())
                .redirectErrorStream(true)
                .redirectInput(input)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SYNFIRE_"));
        return new JarProcess(builder.start(), output, own);
    }

    private static Path jar() {
        return Path.of(System.getProperty("synfire.jar", "target/synfire.jar"));
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** Where it answers, as soon as it says so. */
    String awaitUrl() {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            assertThat(process.isAlive())
                                    .as("it ended: %s", output())
                                    .isTrue();
                            Matcher matcher = ANSWERING.matcher(output());
                            return matcher.find() ? matcher.group(1) : "";
                        },
                        url -> !url.isEmpty());
    }

    /** Where it answers, as soon as it has caught up with its cluster: from then on it takes episodes. */
    String awaitReadyUrl() {
        String url = awaitUrl();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready =
                HttpRequest.newBuilder(URI.create(url + "/health/ready")).build();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> client.send(ready, BodyHandlers.discarding()).statusCode() == 200);
        return url;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The processes that it has started. */
    Stream<ProcessHandle> children() {
        return process.children();
    }

    /** Waits for its end; returns its exit code. */
    int awaitExit(Duration atMost) throws InterruptedException, IOException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("it still runs after %s: %s", atMost, output())
                .isTrue();
        return process.exitValue();
    }

    /** SIGKILL: no handler, no hook, no flush. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGSTOP: it is still there, and does nothing. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT: it goes on, and does not know that time has passed. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Any signal by its name, such as STOP and CONT. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).as("kill -%s", name).isZero();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** The most it has had resident so far, kB; 0 where the system does not say. */
    long peakResidentKb() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.map(RESIDENT::matcher)
                    .filter(Matcher::find)
                    .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            // It has just ended, or there is no such file on this system.
            return 0;
        }
    }

    /** What is left on its heap when all is collected that can be, kB: the least of a few looks. */
    long heapInUseKb() throws IOException, InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            var unused = command("GC.run");
            Matcher used = HEAP_IN_USE.matcher(command("GC.heap_info"));
            assertThat(used.find()).isTrue();
            least = Math.min(least, Long.parseLong(used.group(1)));
        }
        return least;
    }

    private String command(String name) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        name)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor()).as(said).isZero();
        return said;
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(own)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("what a process has left cannot be deleted: directory=" + own, e);
        }
    }
}
