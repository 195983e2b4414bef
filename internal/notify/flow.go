package notify

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

// Case tells people what happens in a case: the message is the template flow.<kind>.
// app hands it to the engine as its flow.Notifier. Kinds without a template and
// notices for nobody are passed over; screens of those concerned look at their tasks again.
func (n *Notifier) Case(ctx context.Context, tx *db.Tx, c flow.Notice) error {
	name := "flow." + c.Kind
	if n.templates[name] == nil || len(c.To) == 0 {
		return nil
	}
	who := ""
	if c.From != 0 && n.opt.Names != nil {
		names, err := n.opt.Names(ctx, tx, []db.ID{c.From})
		if err != nil {
			return err
		}
		who = names[c.From]
	}
	due := ""
	if c.Due != 0 {
		due = time.UnixMilli(c.Due).In(civil).Format("2006-01-02 15:04")
	}
	key := c.Key
	if key == "" {
		key = fmt.Sprintf("flow/%v/%v/%s/%d", c.CaseID, c.TaskID, c.Kind, c.Percent)
	}
	tx.AfterCommit(func() {
		for _, person := range c.To {
			n.hub.Publish(Event{Topic: "tasks", Person: person})
		}
	})
	return n.Send(ctx, tx, Notice{
		Key: key, Template: name, To: c.To, Link: "/case/" + c.CaseID.String(),
		Params: map[string]string{
			"no": c.No, "title": c.Title, "node_zh": c.NodeZh, "node_en": c.NodeEn, "who": who, "text": c.Text, "due": due, "percent": strconv.Itoa(c.Percent),
		},
	})
}
