package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The contract as a file: any parser of YAML must read it, and find what is meant. */
final class ContractTest {

    private static final Set<String> METHODS = Set.of("get", "post", "delete", "put", "patch");

    private static Map<?, ?> contract() throws IOException {
        try (InputStream yaml = HttpServer.class.getResourceAsStream("/web/openapi.yaml")) {
            return (Map<?, ?>) Objects.requireNonNull(
                    new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                            .loadFromInputStream(Objects.requireNonNull(yaml)));
        }
    }

    /**
     * A comma that is not quoted cuts a text in two, and the second half is taken for a key without a value: some parsers refuse that, and
     * none reads what was meant.
     */
    @Test
    void nothingInItIsCutInTwo() throws Exception {
        assertWhole("", contract());
    }

    private static void assertWhole(String at, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, child) -> {
                assertThat(String.valueOf(key)).as("a key at %s", at).doesNotContain(" ");
                assertThat(child).as("the value of %s/%s", at, key).isNotNull();
                assertWhole(at + "/" + key, Objects.requireNonNull(child));
            });
        } else if (value instanceof List<?> list) {
            for (Object child : list) {
                assertWhole(at + "/-", Objects.requireNonNull(child));
            }
        }
    }

    @Test
    void everyReferenceLeadsSomewhere() throws Exception {
        Map<?, ?> contract = contract();
        Set<String> references = new HashSet<>();
        references(contract, references);
        assertThat(references).isNotEmpty();
        for (String reference : references) {
            Object at = contract;
            for (String step : reference.substring(2).split("/", -1)) {
                at = ((Map<?, ?>) Objects.requireNonNull(at)).get(step);
                assertThat(at).as(reference).isNotNull();
            }
        }
    }

    private static void references(Object value, Set<String> into) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, child) -> {
                if ("$ref".equals(key)) {
                    into.add(String.valueOf(child));
                } else if (child != null) {
                    references(child, into);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(child -> references(Objects.requireNonNull(child), into));
        }
    }

    @Test
    void itListsEveryRouteByItsMethodAndNoOther() throws Exception {
        Set<String> listed = new TreeSet<>();
        Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(contract().get("paths"));
        paths.forEach(
                (path, operations) -> ((Map<?, ?>) Objects.requireNonNull(operations)).forEach((method, operation) -> {
                    assertThat(METHODS).contains(String.valueOf(method));
                    assertThat(((Map<?, ?>) Objects.requireNonNull(operation)).get("responses"))
                            .as("%s %s", method, path)
                            .isNotNull();
                    listed.add(method + " " + path);
                }));
        Set<String> routes = new TreeSet<>();
        Arrays.stream(Route.values())
                .forEach(route -> routes.add(route.method().toLowerCase(java.util.Locale.ROOT) + " " + route.path()));
        assertThat(listed).isEqualTo(routes);
    }

    /** Which routes answer 400 to a parameter that they do not know is held to by {@link HttpInputTest}. */
    @Test
    void itSays400WhereAParameterIsLookedAtAndNowhereElse() throws Exception {
        Map<?, ?> contract = contract();
        Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(contract.get("paths"));
        for (Route route : Route.values()) {
            Map<?, ?> operations = (Map<?, ?>) Objects.requireNonNull(paths.get(route.path()));
            Map<?, ?> operation = (Map<?, ?>)
                    Objects.requireNonNull(operations.get(route.method().toLowerCase(java.util.Locale.ROOT)));
            Map<?, ?> responses = (Map<?, ?>) Objects.requireNonNull(operation.get("responses"));
            assertThat(responses.containsKey("400")).as("%s", route).isEqualTo(!route.isExempt());
        }
        Object text = ((Map<?, ?>) Objects.requireNonNull(contract.get("info"))).get("description");
        assertThat(String.valueOf(text).replaceAll("\\s+", " "))
                .contains("Pages, /health and /metrics look at no parameter but _method.");
    }

    @Test
    void itSaysThatAFlagMayHaveNoValue() throws Exception {
        List<String> flags = new java.util.ArrayList<>();
        flags("", contract(), flags);
        assertThat(flags).hasSize(3).allMatch(flag -> flag.endsWith(" allowEmptyValue=true"));
    }

    private static void flags(String at, Object value, List<String> into) {
        if (value instanceof Map<?, ?> map) {
            if ("query".equals(map.get("in"))
                    && map.get("schema") instanceof Map<?, ?> schema
                    && "boolean".equals(schema.get("type"))) {
                into.add(at + " allowEmptyValue=" + map.get("allowEmptyValue"));
            }
            map.forEach((key, child) -> flags(at + "/" + key, Objects.requireNonNull(child), into));
        } else if (value instanceof List<?> list) {
            list.forEach(child -> flags(at + "/-", Objects.requireNonNull(child), into));
        }
    }

    /** The types of bodies that it names are those that are taken. */
    @Test
    void itNamesTheContentTypesThatAreTaken() throws Exception {
        Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(contract().get("paths"));
        for (Route route : Route.values()) {
            Map<?, ?> operations = (Map<?, ?>) Objects.requireNonNull(paths.get(route.path()));
            Map<?, ?> operation = (Map<?, ?>)
                    Objects.requireNonNull(operations.get(route.method().toLowerCase(java.util.Locale.ROOT)));
            Object body = operation.get("requestBody");
            Set<?> types = body == null
                    ? Set.of()
                    : ((Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) body).get("content"))).keySet();
            assertThat(types).as("%s", route).isEqualTo(route.bodyTypes());
        }
    }
}
