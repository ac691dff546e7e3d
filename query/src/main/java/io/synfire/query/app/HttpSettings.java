package io.synfire.query.app;

import io.synfire.engine.learn.Durations;
import io.synfire.query.http.HttpLimits;
import io.synfire.query.http.HttpOptions;
import io.synfire.query.http.HttpOptions.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings of HTTP: names, defaults, and what they mean together. */
final class HttpSettings {

    private HttpSettings() {}

    /** Every setting with its default; empty is unset. */
    static Map<String, String> defaults() {
        HttpLimits limits = HttpLimits.defaults();
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("http.host", "127.0.0.1");
        defaults.put("http.port", "8720");
        defaults.put("http.open", "false");
        defaults.put("http.hosts", "");
        defaults.put("http.tokens", "");
        defaults.put("http.tls.certificate", "");
        defaults.put("http.tls.key", "");
        defaults.put("http.body-max", Long.toString(limits.bodyBytesMax()));
        defaults.put("http.recall-body-max", Long.toString(limits.recallBodyBytesMax()));
        defaults.put("http.bodies-max", "");
        defaults.put("http.header-max", Long.toString(limits.headerBytesMax()));
        defaults.put("http.episodes-max", Integer.toString(limits.episodesMax()));
        defaults.put("http.query-time-max", duration(limits.queryTimeMax()));
        defaults.put("http.concurrent-max", Integer.toString(limits.concurrentMax()));
        defaults.put("http.waiting-max", Integer.toString(limits.waitingMax()));
        defaults.put("http.connections-max", Integer.toString(limits.connectionsMax()));
        defaults.put("http.idle-max", duration(limits.idleMax()));
        return defaults;
    }

    /** Reads them from values that hold every one. */
    static HttpOptions parse(Map<String, String> values) {
        String tokens = SettingValues.text(values, "http.tokens");
        long bodyMax = SettingValues.bytes("http.body-max", SettingValues.text(values, "http.body-max"));
        long recallBodyMax =
                SettingValues.bytes("http.recall-body-max", SettingValues.text(values, "http.recall-body-max"));
        String bodiesMax = SettingValues.text(values, "http.bodies-max");
        return new HttpOptions(
                SettingValues.text(values, "http.host"),
                SettingValues.whole(values, "http.port"),
                tokens.isEmpty() ? null : Path.of(tokens),
                tls(SettingValues.text(values, "http.tls.certificate"), SettingValues.text(values, "http.tls.key")),
                flag(values, "http.open"),
                hosts(SettingValues.text(values, "http.hosts")),
                new HttpLimits(
                        bodyMax,
                        recallBodyMax,
                        bodiesMax.isEmpty()
                                ? HttpLimits.bodiesBytesMax(Math.max(bodyMax, recallBodyMax))
                                : SettingValues.bytes("http.bodies-max", bodiesMax),
                        SettingValues.bytes("http.header-max", SettingValues.text(values, "http.header-max")),
                        SettingValues.whole(values, "http.episodes-max"),
                        time(values, "http.query-time-max"),
                        SettingValues.whole(values, "http.concurrent-max"),
                        SettingValues.whole(values, "http.waiting-max"),
                        SettingValues.whole(values, "http.connections-max"),
                        time(values, "http.idle-max")));
    }

    private static @Nullable TlsFiles tls(String certificate, String key) {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException(
                    "http.tls.certificate and http.tls.key must be set together: http.tls.certificate="
                            + (certificate.isEmpty() ? "missing" : certificate) + " http.tls.key="
                            + (key.isEmpty() ? "missing" : key));
        }
        return certificate.isEmpty() ? null : new TlsFiles(Path.of(certificate), Path.of(key));
    }

    private static Set<String> hosts(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean flag(Map<String, String> values, String key) {
        String value = SettingValues.text(values, key);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(key + " must be true or false: " + key + "=" + value);
        }
        return value.equals("true");
    }

    private static Duration time(Map<String, String> values, String key) {
        return Duration.ofMillis(Durations.parseMs(key, SettingValues.text(values, key)));
    }

    private static String duration(Duration duration) {
        return Durations.format(duration.toMillis());
    }
}
