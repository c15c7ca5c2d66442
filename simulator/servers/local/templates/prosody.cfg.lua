-- A Prosody for one simulation: one host, no other servers, nothing that outlives it.
-- Filled in by simulator/servers/local/configuration.py; the container image uses the same file.

daemonize = false
pidfile = "{{ folder }}/prosody.pid"
data_path = "{{ folder }}/data"
log = { info = "*console" }
umask = "077"

-- One listener. No federation, no HTTP, no administration.
interfaces = { "{{ interface }}" }
c2s_ports = { {{ port }} }
c2s_direct_tls_ports = { }
s2s_ports = { }
http_ports = { }
https_ports = { }
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping"
    {%- if registration %}, "register_ibr", "user_account_management"{% endif %}
    {%- if console %}, "admin_socket", "admin_shell"{% endif %} }
modules_disabled = { "s2s", "s2s_auth_certs" }
allow_registration = {{ "true" if registration else "false" }}

-- Passwords travel inside TLS only, so PLAIN is enough; SCRAM would cost each agent
-- thousands of hash rounds on either side.
c2s_require_encryption = true
allow_unencrypted_plain_auth = false
disable_sasl_mechanisms = { "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256" }
authentication = "internal_plain"

-- Rosters and offline messages live in memory: a run starts with none and leaves none. Only a run
-- that restarts the server has them in files of its private folder.
default_storage = "{{ "internal" if durable else "memory" }}"
storage = { accounts = "internal" }

-- A whole population logs in at once. With Nagle's algorithm a stanza could wait 40 ms for the
-- acknowledgement of the one before, and a run would measure that instead of the server.
network_settings = { tcp_backlog = 4096, nagle = false }
c2s_timeout = 60

VirtualHost "{{ domain }}"
    ssl = { certificate = "{{ certificate }}", key = "{{ key }}", protocol = "tlsv1_2+" }
