"""Block Kit's limits (docs.slack.dev/reference/block-kit). Lengths in characters unless said otherwise."""

MESSAGE_BLOCKS = 50
MESSAGE_ATTACHMENTS = 100
MESSAGE_TEXT = 40_000
MESSAGE_VISUALIZATIONS = 2
MESSAGE_BLOCKS_TEXT = 13_200
"""Not documented: Slack answers ``msg_blocks_too_long`` near 13,200 characters in all blocks together."""
UPDATE_TEXT_BYTES = 4_000
"""Not documented with a number: ``chat.update`` answers ``msg_too_long`` above 4,000 bytes of text."""
METADATA_BYTES = 8_000

VIEW_BLOCKS = 100
VIEW_TITLE = 24
VIEW_BUTTON = 24
VIEW_PRIVATE_METADATA = 3_000
VIEW_CALLBACK_ID = 255
VIEW_EXTERNAL_ID = 255
VIEW_BYTES = 250_000
VIEW_STACK = 3

ID = 255
TEXT = 3_000
SECTION_FIELDS = 10
SECTION_FIELD = 2_000
HEADER = 150
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
CONTEXT_ACTIONS_ELEMENTS = 5
IMAGE_URL = 3_000
IMAGE_TEXT = 2_000
INPUT_LABEL = 2_000
MARKDOWN = 12_000

BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTON_URL = 3_000
ACCESSIBILITY_LABEL = 75
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTION_DESCRIPTION = 75
OPTIONS = 100
OPTION_GROUPS = 100
OVERFLOW_OPTIONS = 5
CHOICES = 10
PLACEHOLDER = 150
INPUT_TEXT = 3_000
FILES = 10
INPUT_LINES = 100
ICON_BUTTON_PEOPLE = 10

TABLE_ROWS = 100
TABLE_COLUMNS = 20
DATA_TABLE_ROWS = (2, 201)
DATA_TABLE_PAGE = (1, 100)
DATA_TABLE_TEXT = 20_000
CHART_TITLE = 50
CHART_SEGMENTS = 12
CHART_SERIES = 12
CHART_POINTS = 20
CHART_LABEL = 20
CHART_AXIS_LABEL = 50
CARD_TITLE = 150
CARD_TEXT = 200
CARD_ACTIONS = 3
CAROUSEL_CARDS = 10
CONTAINER_BLOCKS = 10
CONTAINER_TITLE = 150
ALERT_TEXT = 200
PLAN_TASKS = 50
VIDEO_TEXT = 200
VIDEO_NAME = 50
VIDEO_LINK = 2_000
RICH_TEXT_INDENT = 8

MESSAGE_TYPES = frozenset(
    [
        "actions",
        "card",
        "carousel",
        "container",
        "context",
        "context_actions",
        "data_table",
        "data_visualization",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "plan",
        "rich_text",
        "section",
        "table",
        "task_card",
        "video",
    ]
)
MODAL_TYPES = frozenset(
    [
        "actions",
        "alert",
        "card",
        "context",
        "divider",
        "header",
        "image",
        "input",
        "rich_text",
        "section",
        "video",
    ]
)
HOME_TYPES = MESSAGE_TYPES - {"context_actions", "file", "markdown", "plan", "task_card"}
SURFACES = {"message": MESSAGE_TYPES, "modal": MODAL_TYPES, "home": HOME_TYPES}
