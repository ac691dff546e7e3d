package io.synfire.query.app;

import io.synfire.query.cli.Operations.Common;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Where settings come from, the later over the earlier: what a command sets, the file, the environment, the command line. */
final class SettingsSources {

    private static final String ENVIRONMENT = "SYNFIRE_";

    private static final String REWARD_VALUES = "fields_reward_values_";

    /** What Kubernetes sets in every container beside a service that is called synfire. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("SYNFIRE_(SERVICE_(HOST|PORT)|PORT)(_.*)?");

    private SettingsSources() {}

    /**
     * All that was given, by key, unchecked.
     *
     * @throws IOException if the settings file cannot be read
     * @throws IllegalArgumentException if it is no YAML, or a variable of the environment has no known key
     */
    static Map<String, String> read(Common common, Map<String, String> environment, Map<String, String> defaults)
            throws IOException {
        Map<String, String> values = new LinkedHashMap<>(defaults);
        Path config = common.config();
        if (config != null || Files.exists(Path.of("synfire.yaml"))) {
            readYaml(config == null ? Path.of("synfire.yaml") : config, values);
        }
        readEnvironment(environment, values);
        for (String pair : common.set()) {
            int split = pair.indexOf('=');
            if (split < 1) {
                throw new IllegalArgumentException(
                        "--set takes KEY=VALUE, there is no = in it or nothing before it: characters=" + pair.length());
            }
            put(pair.substring(0, split).trim(), pair.substring(split + 1).trim(), values);
        }
        if (common.data() != null) {
            values.put("data", common.data().toString());
        }
        return values;
    }

    private static void readYaml(Path file, Map<String, String> values) throws IOException {
        try {
            Object root = new Load(
                            LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
            if (root == null) {
                return;
            }
            if (!(root instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("the settings file must hold keys and values: config=" + file);
            }
            flatten("", map, values);
        } catch (MarkedYamlEngineException e) {
            // Its message quotes the lines around it, and what they hold.
            String where = e.getProblemMark()
                    .map(mark -> " line=" + (mark.getLine() + 1) + " column=" + (mark.getColumn() + 1))
                    .orElse("");
            throw new IllegalArgumentException(
                    "the settings file must be YAML, " + e.getProblem() + ": config=" + file + where);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("the settings file must be YAML: config=" + file);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("the settings file cannot be read: config=" + file + ": " + e.getMessage(), e);
        }
    }

    private static void flatten(String prefix, Map<?, ?> map, Map<String, String> values) {
        map.forEach((key, value) -> {
            String name = prefix + key;
            if (value instanceof Map<?, ?> nested) {
                flatten(name + ".", nested, values);
            } else if (value instanceof List<?> list) {
                put(name, String.join(",", list.stream().map(String::valueOf).toList()), values);
            } else {
                put(name, value == null ? "" : value.toString(), values);
            }
        });
    }

    private static void readEnvironment(Map<String, String> environment, Map<String, String> values) {
        Set<String> known = SettingNames.known();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (!name.startsWith(ENVIRONMENT) || OF_KUBERNETES.matcher(name).matches()) {
                continue;
            }
            String value = environment.getOrDefault(name, "");
            String lower = name.substring(ENVIRONMENT.length()).toLowerCase(Locale.ROOT);
            if (lower.startsWith("kafka_")) {
                String key = lower.replace('_', '.');
                KafkaNames.requireMeant(key.substring(KafkaNames.PREFIX.length()), "variable=" + name);
                values.put(key, value);
                continue;
            }
            if (lower.startsWith(REWARD_VALUES)) {
                // The case of a type of event counts, and may not be had in a variable's name.
                throw new IllegalArgumentException("rewards by type come in one variable, such as "
                        + ENVIRONMENT
                        + REWARD_VALUES.substring(0, REWARD_VALUES.length() - 1).toUpperCase(Locale.ROOT)
                        + "='{view: 1, save: 10}': variable=" + name);
            }
            String key = known.stream()
                    .filter(candidate ->
                            candidate.replace('.', '_').replace('-', '_').equals(lower))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("unknown setting in the environment, did you mean "
                            + SettingNames.nearest(lower.replace('_', '-')) + "? variable=" + name));
            put(key, value, values);
        }
    }

    /** One value; of what is a map where YAML is nested, its entries. */
    private static void put(String key, String value, Map<String, String> values) {
        if (!key.equals(FieldSettings.REWARD_VALUES)) {
            values.put(key, value);
            return;
        }
        try {
            Object map = new Load(LoadSettings.builder().setLabel(key).build()).loadFromString(value);
            if (map instanceof Map<?, ?> rewards) {
                flatten(key + ".", rewards, values);
                return;
            }
            if (map == null) {
                return;
            }
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(rewardsByType(key, value), e);
        }
        throw new IllegalArgumentException(rewardsByType(key, value));
    }

    private static String rewardsByType(String key, String value) {
        return key + " must hold rewards by type, such as {view: 1, save: 10}: " + key + "=" + value;
    }
}
